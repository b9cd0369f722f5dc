/**
 * An image on its way into a lock: the offer first, then the parts that the lock lacks, whoever brought the others (part G, W-8 to W-10).
 *
 * The phone believes nothing of it; what the lock makes of it is its own matter. It starts by itself when nobody is at the door.
 *
 * @typedef {"there" | "runs" | "interrupted" | "refused"} Brought `there`: all of it is at the lock; `runs`: it had it already
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { LockSession } from "./session.js" */

import { missing } from "./bundles.js";
import { busy_ms, givenBytes, OP, request } from "./operations.js";
import { ahead } from "./parts.js";
import { isBroken } from "./reach.js";
import { STATUS } from "./refusals.js";
import { Denied } from "./session.js";

const SMALL_PARTS_MAX = 64;
const ROUNDS_MAX = 12;
const PATIENCE_MS = 30000;

/** @param {Bytes} image @returns {Bytes[]} of 1 KiB each, of 4 KiB above 64 of them (U-5) */
export function partsOf(image) {
  const step = image.length <= SMALL_PARTS_MAX * 1024 ? 1024 : 4096;
  return Array.from({ length: Math.ceil(image.length / step) }, (_, index) => image.subarray(index * step, (index + 1) * step));
}

/**
 * Never in an unlock: it may take minutes. A link that breaks breaks nothing; the next visit goes on.
 * @param {{session: LockSession, offer: Bytes, image: Bytes, onpart?: (done: number, total: number) => void, signal?: AbortSignal}} facts
 * @returns {Promise<Brought>}
 */
export async function bringImage({ session, offer, image, onpart = () => undefined, signal }) {
  const parts = partsOf(image);
  let left_ms = PATIENCE_MS;
  try {
    for (let round = 0; round < ROUNDS_MAX && !signal?.aborted; round += 1) {
      const answer = await offered({ session, offer, parts, onpart, signal });
      if (answer === "there") return answer;
      if (answer.status === STATUS.already) return "runs";
      if (answer.status !== STATUS.ok && answer.status !== STATUS.busy) return "refused";
      if (answer.status === STATUS.ok) continue;
      left_ms -= Math.max(100, busy_ms(answer));
      if (left_ms < 0) break;
      await session.pause(answer, signal);
    }
  } catch (problem) {
    if (problem instanceof Denied) return "refused";
    if (!isBroken(problem)) throw problem;
  }
  return "interrupted";
}

/** @param {{session: LockSession, offer: Bytes, parts: Bytes[], onpart: (done: number, total: number) => void, signal?: AbortSignal | undefined}} facts */
async function offered({ session, offer, parts, onpart, signal }) {
  const begun = await session.ask(OP.firmware, request.image(offer));
  if (begun.status !== STATUS.ok) return begun;
  const lacking = missing(givenBytes(begun), parts.length);
  const here = parts.length - lacking.length;
  onpart(here, parts.length);
  if (lacking.length === 0) return /** @type {const} */ ("there");
  const messages = lacking.map((index) => () => request.imagePart(index, /** @type {Bytes} */ (parts[index])));
  /** @param {number} heard */
  const onanswer = (heard) => onpart(here + heard, parts.length);
  return (await ahead({ session, op: OP.firmware, messages, onanswer, signal })) ?? begun;
}
