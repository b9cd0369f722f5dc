/**
 * Bringing a lock the time (protocol B.9, T2): the lock asks with a fresh nonce, only the service's signed answer to that nonce counts.
 *
 * With signal at the door it is one round. In a dead zone the question is carried upstairs and the answer back, within two hours.
 * A phone's own clock is never part of it.
 *
 * @typedef {{nonce: Bytes, asked_ms: number, answer: Bytes | null}} Question
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Service } from "./service.js" */
/** @import { LockSession } from "./session.js" */
/** @import { Wallet } from "./wallet.js" */

import { unhex } from "./bytes.js";
import { NoSignal, Refused } from "./service.js";
import { bytesOf } from "./shapes.js";

export const ROUND_TRIP_MS = 2 * 3600 * 1000;

/**
 * Brings the time to a lock that wants it; without signal leaves its question in the wallet for `answerQuestions`.
 * @param {{session: LockSession, wallet: Wallet, service: Service, signal?: AbortSignal}} facts
 * @returns {Promise<boolean>} whether the lock took a time now
 */
export async function repairTime({ session, wallet, service, signal }) {
  const nonce = await session.timeNonce();
  if (nonce === null) return false;
  try {
    return await session.time(await assertion(service, session.lock, nonce, signal));
  } catch (problem) {
    if (problem instanceof Refused) return false;
    if (!(problem instanceof NoSignal)) throw problem;
    // A carried answer knows the time less well than a fresh one, so it is told only where there is no fresh one.
    const carried = await takeAnswer(wallet, session.lock);
    if (carried !== null && (await session.time(carried))) return true;
    const question = { nonce, asked_ms: wallet.now(), answer: null };
    await wallet.storage.change([{ drawer: "questions", name: session.lock, put: question }]);
    return false;
  }
}

/** @param {Service} service @param {string} lock @param {Bytes} nonce @param {AbortSignal} [signal] @returns {Promise<Bytes>} */
async function assertion(service, lock, nonce, signal) {
  const answer = await service.ask("/gateway/time", new Map().set("lock", unhex(lock)).set("nonce", nonce), signal);
  return bytesOf(answer.get("time"));
}

/** @param {Wallet} wallet @param {string} lock @returns {Promise<Bytes | null>} an answer that was fetched upstairs; taken once */
async function takeAnswer(wallet, lock) {
  const question = /** @type {Question | undefined} */ (await wallet.storage.get("questions", lock));
  if (question === undefined || question.answer === null) return null;
  await wallet.storage.change([{ drawer: "questions", name: lock }]);
  return wallet.now() - question.asked_ms <= ROUND_TRIP_MS ? question.answer : null;
}

/**
 * Fetches answers to what locks have asked below; questions older than two hours are dropped, the lock would not believe the answer.
 * @param {{wallet: Wallet, service: Service}} facts @returns {Promise<number>} how many answers are ready to be carried back
 * @throws {NoSignal}
 */
export async function answerQuestions({ wallet, service }) {
  let ready = 0;
  for (const [lock, kept] of await wallet.storage.all("questions")) {
    const question = /** @type {Question} */ (kept);
    const late = wallet.now() - question.asked_ms > ROUND_TRIP_MS;
    if (late) await wallet.storage.change([{ drawer: "questions", name: lock }]);
    if (late || question.answer !== null) continue;
    const answer = await assertion(service, lock, question.nonce);
    await wallet.storage.change([{ drawer: "questions", name: lock, put: { ...question, answer } }]);
    ready += 1;
  }
  return ready;
}

/** @param {Wallet} wallet @returns {Promise<string[]>} locks that wait for an answer which is on this phone: worth a walk back */
export async function answersReady(wallet) {
  const kept = await wallet.storage.all("questions");
  return kept.filter(([, question]) => /** @type {Question} */ (question).answer !== null).map(([lock]) => lock);
}
