/**
 * The code under the battery cover, for a sticker that cannot be read (protocol A.2, clauses ): eight digits that nobody can try out elsewhere.
 *
 * A browser adds no points, so the service proves the digits and this phone carries what it and the lock say to each other. What comes of it takes
 * the place of the sticker's secret, on this link and for one handshake.
 *
 * @typedef {{name: string, digits: string}} Cover
 * @typedef {{session: LockSession, lockId: Bytes, told: Bytes, digits: string}} Uncovered a link to the lock, which has said who it is
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Courier } from "./courier.js" */
/** @import { Sticker } from "./sticker.js" */

import { decode, encode, NotCanonical } from "./cbor.js";
import { NoSignal, Refused } from "./service.js";
import { Denied, LockSession } from "./session.js";
import { bytesOf, listOf, wholeOf } from "./shapes.js";

const ASK = encode([0]);
const STEP = Object.freeze({ ask: 0, share: 1, confirm: 2, refused: 3 });
const MESSAGE_BYTES_MAX = 128;
/** How often the proof is asked for again, and how long after an answer that was lost: the lock waits a minute in all. */
const AGAIN_MOST = 5;
const AGAIN_MS = 2000;
const NAME = /^[0-9A-HJKMNP-TV-Z]{8}$/;
const DIGITS = /^[0-9]{8}$/;
/** What a lock says instead (O-11). @type {ReadonlyMap<number, string>} */
const NOES = new Map([
  [11, "not_recorded"],
  [15, "no_cover_code"],
  [16, "press_again"],
  [17, "cover_code_spent"],
]);

/** The digits were other ones. `left`: tries until the button is pressed again. */
export class WrongDigits extends Error {
  /** @param {number} left */
  constructor(left) {
    super("other digits");
    this.left = left;
  }
}

/** @param {{name: string, digits: string}} typed with spaces or without @returns {Cover} @throws {NotCanonical} for anything else */
export function readCover({ name, digits }) {
  const read = { name: name.replace(/\s/g, "").toUpperCase(), digits: digits.replace(/\s/g, "") };
  if (!NAME.test(read.name) || !DIGITS.test(read.digits)) throw new NotCanonical("not what stands under a battery cover");
  return read;
}

/** Finds the lock by its name and asks who it is. @param {{courier: Courier, cover: Cover, signal: AbortSignal}} facts @returns {Promise<Uncovered>} */
export async function uncover({ courier, cover, signal }) {
  if (courier.channel === null) throw new NotCanonical("no way to a lock");
  const session = LockSession.on(await courier.channel.openNamed(cover.name, signal), signal);
  try {
    const told = await session.exchange(ASK);
    return { session, told, digits: cover.digits, lockId: bytesOf(answered(told, STEP.ask, 4)[1], 8) };
  } catch (problem) {
    session.close();
    throw problem;
  }
}

/**
 * @param {Uncovered} uncovered @param {{courier: Courier, door: Bytes, signal: AbortSignal}} facts
 * @returns {Promise<Sticker>} what the sticker would have said, for this link @throws {WrongDigits | Denied}
 */
export async function prove({ session, told, digits, lockId }, { courier, door, signal }) {
  const typed = new Map().set("door", door).set("digits", digits).set("told", told);
  const begun = await courier.service.ask("/gateway/activation/cover/begin", typed, signal);
  const heard = await session.exchange(bytesOf(begun.get("said")));
  const left = wholeOf(answered(heard, STEP.share, 4)[3], 255);
  const question = new Map(typed).set("nonce", bytesOf(begun.get("nonce"))).set("heard", heard);
  const proved = await insisting(() => courier.service.ask("/gateway/activation/cover/end", question, signal), signal).catch((problem) => {
    throw problem instanceof Refused && problem.type === "wrong_cover_code" ? new WrongDigits(left) : problem;
  });
  answered(await session.exchange(bytesOf(proved.get("said"))), STEP.confirm, 1);
  return { lockId, secret: bytesOf(proved.get("secret"), 16), model: 0 };
}

/**
 * The lock has charged a try by now, and the same question has the same answer: one that was lost is asked again.
 * @template T @param {() => Promise<T>} ask @param {AbortSignal} signal @returns {Promise<T>}
 */
async function insisting(ask, signal) {
  for (let again = 0; ; again++) {
    try {
      return await ask();
    } catch (problem) {
      if (!(problem instanceof NoSignal) || again === AGAIN_MOST || signal.aborted) throw problem;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** @param {Bytes} message @param {number} step @param {number} length @returns {unknown[]} @throws {Denied | NotCanonical} */
function answered(message, step, length) {
  const said = decode(message, MESSAGE_BYTES_MAX);
  if (Array.isArray(said) && said[0] === STEP.refused) throw new Denied(NOES.get(/** @type {number} */ (said[1])) ?? null);
  const parts = listOf(said, length);
  if (parts[0] !== step) throw new NotCanonical("another answer");
  return parts;
}
