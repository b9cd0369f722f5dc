/**
 * Opening a door: one tap, phone and lock both without network if need be (LOCK-3).
 *
 * The first opening may set the door up: the lock says that it needs the list this phone carries. After the bolt has moved comes a short
 * passive update (SYNC-9), which the page need not wait for.
 *
 * @typedef {{result: "open" | Failure, reason: string | null, setUp: boolean, afterwards: Promise<Passed>}} Unlocked
 * @typedef {{ver: number | null, battery: number | null, records: number}} Passed what the passive update brought; null and 0 where it did not come to it
 */
/** @import { Bundle } from "./bundles.js" */
/** @import { Courier } from "./courier.js" */
/** @import { DoorInfo } from "./doorinfo.js" */
/** @import { Grant } from "./grants.js" */
/** @import { Failure, Step } from "./reach.js" */
/** @import { Entry } from "./wallet.js" */

import { readBundle } from "./bundles.js";
import { repairTime } from "./clockwork.js";
import { deliver } from "./delivery.js";
import { readDoorInfo } from "./doorinfo.js";
import { grantsInOrder, unlockContext } from "./grants.js";
import { OP } from "./operations.js";
import { passBy } from "./passing.js";
import { keepReceipt } from "./proof.js";
import { failure, introduce, isBroken, meet } from "./reach.js";
import { anotherMayFit } from "./refusals.js";
import { Denied, LockSession } from "./session.js";
import { StorageFull } from "./storage.js";

/** @type {Passed} */
const NOTHING = Object.freeze({ ver: null, battery: null, records: 0 });

/**
 * @param {{courier: Courier, lock: string, onstep?: (step: Step) => void, signal?: AbortSignal}} facts
 * @returns {Promise<Unlocked>} never rejects for what happens at doors
 */
export function unlock({ courier, lock, onstep = () => undefined, signal }) {
  return courier.turns.open(async (stop, hold) => {
    const entry = await courier.wallet.entry(lock);
    if (entry === null || entry.grants.length === 0)
      return { result: "refused", reason: "no_right", setUp: false, afterwards: Promise.resolve(NOTHING) };
    try {
      const { session, setUp } = await openWithAny({ courier, entry, onstep, signal: stop });
      const afterwards = pass(courier, entry, session, stop);
      hold(afterwards);
      return { result: "open", reason: null, setUp, afterwards };
    } catch (problem) {
      return { ...failure(problem, stop), setUp: false, afterwards: Promise.resolve(NOTHING) };
    }
  }, signal);
}

const TIME_MS = 2000;

/** @typedef {{courier: Courier, entry: Entry, onstep: (step: Step) => void, signal: AbortSignal}} Facts */

/** @param {Facts} facts @returns {Promise<{session: LockSession, setUp: boolean}>} */
async function openWithAny(facts) {
  const info = readDoorInfo(facts.entry.info);
  const grants = grantsInOrder(facts.entry.grants, facts.courier.now());
  for (const [place, grant] of grants.entries()) {
    try {
      return await openWith(facts, info, grant);
    } catch (problem) {
      const another = problem instanceof Denied && anotherMayFit(problem.reason) && place + 1 < grants.length;
      if (!another) throw problem;
    }
  }
  throw new Denied("no_right");
}

/** @param {Facts} facts @param {DoorInfo} info @param {Grant} grant @returns {Promise<{session: LockSession, setUp: boolean}>} */
async function openWith(facts, info, grant) {
  const { courier, entry, onstep, signal } = facts;
  const bundle = entry.bundle === null ? null : await readBundle(entry.bundle);
  const session = await meet({ courier, info, onstep, signal });
  try {
    const { needsUpdate, wantsTime } = await introduce({ courier, session, grant, op: OP.unlock, context: unlockContext(info.door ?? 0) });
    if (wantsTime) await timeFirst(session, facts);
    let setUp = needsUpdate && (await setUpDoor(session, bundle, facts));
    onstep({ name: "opening" });
    if ((await session.unlock()) === "open") return { session, setUp };
    setUp = !setUp && (await setUpDoor(session, bundle, facts));
    if (setUp && (await session.unlock()) === "open") return { session, setUp };
    throw new Denied("needs_update");
  } catch (problem) {
    session.close();
    throw problem;
  }
}

/** A lock that lost its clock refuses whatever has a date; with signal it gets the time first, and nobody waits long for that. @param {LockSession} session @param {Facts} facts */
async function timeFirst(session, { courier, signal }) {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(TIME_MS)]);
  await repairTime({ session, wallet: courier.wallet, service: courier.service, signal: soon });
}

/** Brings the list that the lock waits for, if this phone carries it. @param {LockSession} session @param {Bundle | null} bundle @param {Facts} facts */
async function setUpDoor(session, bundle, { courier, entry, onstep, signal }) {
  if (bundle === null) return false;
  onstep({ name: "setting_up" });
  const onpart = (/** @type {Step} */ part) => onstep({ ...part, name: "setting_up" });
  const { end, receipt } = await deliver({ session, bundle, onpart, signal });
  try {
    if (receipt !== null) await keepReceipt({ courier, entry, statement: receipt });
  } catch (problem) {
    if (!(problem instanceof StorageFull)) throw problem; // a proof that finds no room keeps nobody out
  }
  return end === "applied" || end === "already";
}

/** @param {Courier} courier @param {Entry} entry @param {LockSession} session @param {AbortSignal} signal @returns {Promise<Passed>} */
async function pass(courier, entry, session, signal) {
  const passed = { ...NOTHING };
  try {
    await passBy({ courier, entry, session, signal }, passed);
  } catch (problem) {
    // The door is open; what was not delivered goes with the next opening.
    if (!isBroken(problem) && !(problem instanceof Denied) && !(problem instanceof StorageFull) && !signal.aborted) throw problem;
  } finally {
    session.close();
  }
  return passed;
}
