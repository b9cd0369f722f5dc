/**
 * Carrying one sealed update into a lock, part by part; parts that are there already are not sent again, whoever brought them (protocol B.4).
 *
 * @typedef {"applied" | "already" | "superseded" | "need_snapshot" | "other_epoch" | "refused" | "stopped"} Delivered
 * @typedef {{name: "sending" | "waiting", done?: number, total?: number}} Part
 * @typedef {{session: LockSession, bundle: Bundle, onpart: (part: Part) => void, signal?: AbortSignal | undefined}} Facts
 */
/** @import { Bundle } from "./bundles.js" */
/** @import { Bytes } from "./bytes.js" */
/** @import { Answer } from "./operations.js" */
/** @import { LockSession } from "./session.js" */

import { missing } from "./bundles.js";
import { busy_ms, givenBytes, OP, request } from "./operations.js";
import { ahead } from "./parts.js";
import { STATUS } from "./refusals.js";
import { Denied } from "./session.js";

const PATIENCE_MS = 30000;
const ROUNDS_MAX = 12;

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
  const patience = { left_ms: PATIENCE_MS };
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const answer =
      bundle.chunks.length === 1 ? await atOnce({ session, bundle, onpart }) : await inParts({ session, bundle, onpart, signal });
    if (answer === null) return { end: "stopped", receipt: null };
    if (answer.status === STATUS.busy) {
      if (!(await rested(session, answer, patience, onpart, signal))) return { end: "refused", receipt: null };
    } else if (answer.status !== STATUS.ok) return ended(answer);
    if (signal?.aborted) return { end: "stopped", receipt: null };
  }
  return { end: "refused", receipt: null };
}

/** Manifest and chunk in one breath, as every ordinary revocation travels. @param {Facts} facts @returns {Promise<Answer>} */
async function atOnce({ session, bundle, onpart }) {
  onpart({ name: "sending", done: 0, total: 1 });
  await session.say(request.manifest(bundle.statement));
  await session.say(request.chunk(0, /** @type {Bytes} */ (bundle.chunks[0])));
  const [begun, answer] = [await heard(session, OP.manifest), await heard(session, OP.chunk)];
  if (begun instanceof Denied) throw begun;
  if (begun.status !== STATUS.ok) return begun;
  if (answer instanceof Denied) throw answer;
  if (ENDS.has(answer.status)) onpart({ name: "sending", done: 1, total: 1 });
  return answer;
}

/** @param {LockSession} session @param {number} op @returns {Promise<Answer | Denied>} a no does not leave the other answer unheard */
async function heard(session, op) {
  try {
    return await session.hear(op);
  } catch (problem) {
    if (problem instanceof Denied) return problem;
    throw problem;
  }
}

/** @param {Facts} facts @returns {Promise<Answer | null>} null: stopped before anything was said */
async function inParts({ session, bundle, onpart, signal }) {
  const total = bundle.chunks.length;
  const begun = await session.ask(OP.manifest, request.manifest(bundle.statement));
  if (begun.status !== STATUS.ok) return begun;
  const lacking = missing(givenBytes(begun), total);
  const here = total - lacking.length;
  onpart({ name: "sending", done: here, total });
  if (lacking.length === 0) return begun;
  const messages = lacking.map((index) => () => request.chunk(index, /** @type {Bytes} */ (bundle.chunks[index])));
  /** @param {number} done */
  const onanswer = (done) => onpart({ name: "sending", done: here + done, total });
  return ahead({ session, op: OP.chunk, messages, onanswer, signal });
}

/** @param {Answer} answer @returns {{end: Delivered, receipt: Bytes | null}} */
function ended(answer) {
  const proves = answer.status === STATUS.applied || answer.status === STATUS.already;
  return { end: ENDS.get(answer.status) ?? "refused", receipt: proves ? givenBytes(answer) : null };
}

/**
 * Another phone is at it, or somebody is opening: wait as long as the lock says, half a minute in all. Then the manifest asks for our turn.
 * @param {LockSession} session @param {Answer} answer BUSY @param {{left_ms: number}} patience @param {(part: Part) => void} onpart @param {AbortSignal} [signal]
 * @returns {Promise<boolean>} false when the patience is used up
 */
async function rested(session, answer, patience, onpart, signal) {
  patience.left_ms -= Math.max(100, busy_ms(answer));
  if (patience.left_ms < 0) return false;
  onpart({ name: "waiting" });
  await session.pause(answer, signal);
  return true;
}
