/**
 * From a door in the wallet to a session in which the lock knows who is here; and what a page is told when that fails.
 *
 * @typedef {"fetching" | "choosing" | "looking" | "connecting" | "setting_up" | "opening" | "sending" | "waiting" | "yielding" | "newer" | "reading" |
 *   "confirming" | "image"} StepName
 * @typedef {{name: StepName, done?: number, total?: number, call?: string}} Step `call` is what the browser's list of locks shows
 * @typedef {"out_of_reach" | "no_lock_chosen" | "bluetooth_off" | "unsupported" | "stopped" | "refused"} Failure
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Whom } from "./channel.js" */
/** @import { Courier } from "./courier.js" */
/** @import { DoorInfo } from "./doorinfo.js" */
/** @import { Grant } from "./grants.js" */

import { NotCanonical } from "./cbor.js";
import { BluetoothOff, LinkEnded, NoLockChosen, OutOfReach } from "./channel.js";
import { NotSigned } from "./cose.js";
import { OutOfTurn } from "./frames.js";
import { NotThePeer } from "./noise.js";
import { Denied, LockSession } from "./session.js";

/** This browser has no way to a lock. */
export class Unsupported extends Error {}

/** @param {DoorInfo} info @returns {Whom} */
export function whomOf(info) {
  return { lockId: info.lockId, lockKey: info.xs };
}

/**
 * @param {{courier: Courier, info: DoorInfo, onstep: (step: Step) => void, signal: AbortSignal}} facts
 * @returns {Promise<LockSession>} with the very lock of this DoorInfo, and nobody has said who is here yet
 */
export async function meet({ courier, info, onstep, signal }) {
  if (courier.channel === null) throw new Unsupported("this browser cannot talk to locks");
  const whom = whomOf(info);
  const call = await courier.channel.asks(whom);
  onstep(call === null ? { name: "looking" } : { name: "choosing", call });
  const link = await courier.channel.open(whom, signal);
  onstep({ name: "connecting" });
  return LockSession.open({ link, lockId: info.lockId, lockKey: info.xs, suite: info.suite, signal });
}

/**
 * @param {{courier: Courier, session: LockSession, grant: Grant, op: number, context: Bytes}} facts
 * @throws {Denied}
 */
export async function introduce({ courier, session, grant, op, context }) {
  return session.present({ grant, signer: await courier.wallet.signer(), op, context });
}

/** @param {unknown} problem @returns {boolean} whether it is about the way to the lock: trying again is all there is to do */
export function isBroken(problem) {
  return [OutOfReach, LinkEnded, OutOfTurn, NotThePeer, NotCanonical, NotSigned].some((kind) => problem instanceof kind);
}

/**
 * @param {unknown} problem @param {AbortSignal} signal
 * @returns {{result: Failure, reason: string | null}} what it means to the person; anything unexpected is thrown on
 */
export function failure(problem, signal) {
  if (signal.aborted) return { result: "stopped", reason: null };
  if (problem instanceof Denied) return { result: "refused", reason: problem.reason };
  if (problem instanceof BluetoothOff) return { result: "bluetooth_off", reason: null };
  if (problem instanceof NoLockChosen) return { result: "no_lock_chosen", reason: null };
  if (problem instanceof Unsupported) return { result: "unsupported", reason: null };
  if (isBroken(problem)) return { result: "out_of_reach", reason: null };
  throw problem;
}
