/**
 * Carrying one sealed update into a lock, part by part; parts that are there already are not sent again, whoever brought them (protocol B.4).
 *
 * @typedef {"applied" | "already" | "superseded" | "need_snapshot" | "other_epoch" | "refused" | "stopped"} Delivered
 * @typedef {{name: "sending" | "waiting", done?: number, total?: number}} Part
 */
/** @import { Bundle } from "./bundles.js" */
/** @import { Bytes } from "./bytes.js" */
/** @import { Answer } from "./operations.js" */
/** @import { LockSession } from "./session.js" */

import { missing } from "./bundles.js";
import { busy_ms, givenBytes, OP, request } from "./operations.js";
import { STATUS } from "./refusals.js";

const PATIENCE_MS = 30000;
const ROUNDS_MAX = 4;

/** @type {ReadonlyMap<number, Delivered>} */
const ENDS = new Map(
  /** @type {[number, Delivered][]} */ ([
    [STATUS.applied, "applied"],
    [STATUS.already, "already"],
    [STATUS.superseded, "superseded"],
    [STATUS.needSnapshot, "need_snapshot"],
    [STATUS.staleEpoch, "other_epoch"],
    [STATUS.wrongEpoch, "other_epoch"],
  ]),
);

/**
 * @param {{session: LockSession, bundle: Bundle, onpart?: (part: Part) => void, signal?: AbortSignal}} facts
 * @returns {Promise<{end: Delivered, receipt: Bytes | null}>} the receipt as the lock gave it, not yet checked
 */
export async function deliver({ session, bundle, onpart = () => undefined, signal }) {
  const total = bundle.chunks.length;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const begun = await patiently(session, OP.manifest, request.manifest(bundle.statement), onpart, signal);
    let answer = begun;
    const open = begun.status === STATUS.ok ? missing(givenBytes(begun), total) : [];
    onpart({ name: "sending", done: total - open.length, total });
    for (const [sent, index] of open.entries()) {
      if (signal?.aborted) return { end: "stopped", receipt: null };
      const chunk = /** @type {Bytes} */ (bundle.chunks[index]);
      answer = await patiently(session, OP.chunk, request.chunk(index, chunk), onpart, signal);
      if (answer.status !== STATUS.ok && !ENDS.has(answer.status)) break;
      onpart({ name: "sending", done: total - open.length + sent + 1, total });
      if (answer.status !== STATUS.ok) break;
    }
    if (answer.status !== STATUS.ok) return ended(answer);
  }
  return { end: "refused", receipt: null };
}

/** @param {Answer} answer @returns {{end: Delivered, receipt: Bytes | null}} */
function ended(answer) {
  const proves = answer.status === STATUS.applied || answer.status === STATUS.already;
  return { end: ENDS.get(answer.status) ?? "refused", receipt: proves ? givenBytes(answer) : null };
}

/**
 * Another phone is at it, or somebody is opening: wait as long as the lock says, half a minute in all.
 * @param {LockSession} session @param {number} op @param {Bytes} message @param {(part: Part) => void} onpart @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
async function patiently(session, op, message, onpart, signal) {
  let answer = await session.ask(op, message);
  let left = PATIENCE_MS;
  while (answer.status === STATUS.busy && !signal?.aborted) {
    left -= Math.max(100, busy_ms(answer));
    if (left < 0) return answer;
    onpart({ name: "waiting" });
    await session.pause(answer, signal);
    answer = await session.ask(op, message);
  }
  return answer;
}
