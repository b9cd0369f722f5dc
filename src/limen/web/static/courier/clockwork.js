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

import { equal, unhex } from "./bytes.js";
import { NotCanonical } from "./cbor.js";
import { NoSignal, Refused } from "./service.js";
import { bytesOf } from "./shapes.js";
import { StorageFull } from "./storage.js";

export const ROUND_TRIP_MS = 2 * 3600 * 1000;

/**
 * Brings the time to a lock that wants it; without signal leaves its question in the wallet for `answerQuestions`.
 * @param {{session: LockSession, wallet: Wallet, service: Service, signal?: AbortSignal}} facts
 * @returns {Promise<boolean>} whether the lock took a time now
 */
export async function repairTime({ session, wallet, service, signal }) {
  const nonce = await session.timeNonce();
  if (nonce === null) return false;
  /** @type {Bytes} */
  let fresh;
  try {
    fresh = await assertion(service, session.lock, nonce, signal);
  } catch (problem) {
    if (problem instanceof Refused || problem instanceof NotCanonical) return false; // the lock has said nothing wrong
    if (!(problem instanceof NoSignal)) throw problem;
    return carriedTime(session, wallet, nonce);
  }
  return session.time(fresh);
}

/** A carried answer knows the time less well than a fresh one, so it is told only where there is no fresh one. @param {LockSession} session @param {Wallet} wallet @param {Bytes} nonce */
async function carriedTime(session, wallet, nonce) {
  const carried = await takeAnswer(wallet, session.lock);
  if (carried !== null && (await session.time(carried))) return true;
  const put = { nonce, asked_ms: wallet.now(), answer: null };
  try {
    await wallet.storage.alone(() => wallet.storage.change([{ drawer: "questions", name: session.lock, put }]));
  } catch (problem) {
    if (!(problem instanceof StorageFull)) throw problem; // nobody waits at a door for a question that finds no room
  }
  return false;
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
    ready += Number(await answered(wallet, lock, question, await answerOf(service, lock, question.nonce)));
  }
  return ready;
}

/** @param {Service} service @param {string} lock @param {Bytes} nonce @returns {Promise<Bytes | null>} null: the lock is none of this person's any more */
async function answerOf(service, lock, nonce) {
  try {
    return await assertion(service, lock, nonce);
  } catch (problem) {
    if (problem instanceof Refused && problem.status === 404) return null;
    throw problem;
  }
}

/** Only to the question that was answered: the lock may have asked anew meanwhile. @param {Wallet} wallet @param {string} lock @param {Question} question @param {Bytes | null} answer */
function answered({ storage }, lock, question, answer) {
  return storage.alone(async () => {
    const kept = /** @type {Question | undefined} */ (await storage.get("questions", lock));
    if (kept === undefined || !equal(kept.nonce, question.nonce)) return false;
    await storage.change([{ drawer: "questions", name: lock, ...(answer === null ? {} : { put: { ...question, answer } }) }]);
    return answer !== null;
  });
}

/** @param {Wallet} wallet @returns {Promise<string[]>} locks that wait for an answer which is on this phone: worth a walk back */
export async function answersReady(wallet) {
  const kept = await wallet.storage.all("questions");
  return kept.filter(([, question]) => /** @type {Question} */ (question).answer !== null).map(([lock]) => lock);
}
