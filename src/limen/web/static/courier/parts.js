/**
 * The parts of something large, said ahead of the lock's answers: it hashes and keeps one while the next are on their way (O-13).
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Answer } from "./operations.js" */
/** @import { LockSession } from "./session.js" */

import { STATUS } from "./refusals.js";
import { Denied } from "./session.js";

/** How many parts may be on their way before the first of them is answered. */
export const AHEAD = 4;

/**
 * @param {{session: LockSession, op: number, messages: (() => Bytes)[], onanswer?: (heard: number) => void, signal?: AbortSignal}} facts
 *   `messages` are made one by one as their turn comes
 * @returns {Promise<Answer | null>} the first that was not OK, else the last; null if nothing was said @throws {Denied} when all that was said is answered
 */
export async function ahead({ session, op, messages, onanswer = () => undefined, signal }) {
  /** @type {Answer | null} */
  let answer = null;
  /** @type {Denied | null} */
  let denied = null;
  let heard = 0;
  let said = 0;
  const goesOn = () => denied === null && (answer === null || answer.status === STATUS.ok) && !signal?.aborted;
  for (;;) {
    for (; said < messages.length && said - heard < AHEAD && goesOn(); said += 1)
      await session.say(/** @type {() => Bytes} */ (messages[said])());
    if (heard === said) break;
    const open = denied === null && (answer === null || answer.status === STATUS.ok);
    try {
      const next = await session.hear(op);
      if (open) answer = next; // what was said before its no was heard is no news
    } catch (problem) {
      if (!(problem instanceof Denied)) throw problem;
      if (open) denied = problem;
    }
    heard += 1;
    if (open && denied === null) onanswer(heard);
  }
  if (denied !== null) throw denied;
  return answer;
}
