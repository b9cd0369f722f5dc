/**
 * What a lock tells of itself to those who pull: battery and counters, no event and no person (limen.wire.telemetry, 65013).
 *
 * @typedef {{lock_s: number, battery: number | null, firmware: number, stopped: number | null}} Telemetry
 *   `battery` in percent, null on wired models; `stopped` the version of a firmware that was tried and given up
 */
/** @import { DoorInfo } from "./doorinfo.js" */

import { equal } from "./bytes.js";
import { decode, NotCanonical } from "./cbor.js";
import { NotSigned, TYP, verify } from "./cose.js";
import { bytesOf, listOf, perhaps, wholeOf } from "./shapes.js";

const TELEMETRY_BYTES_MAX = 256;
const U32 = 0xffffffff;

/**
 * What this lock itself has signed: a courier cannot make a battery look full.
 * @param {Uint8Array} statement @param {Pick<DoorInfo, "lockId" | "epoch" | "idKey">} info
 * @returns {Promise<Telemetry>} @throws {NotSigned | NotCanonical}
 */
export async function openTelemetry(statement, info) {
  const payload = await verify(statement, TYP.telemetry, [info.idKey], TELEMETRY_BYTES_MAX);
  const [lockId, epoch, lockTime, battery, boots, records, lost, firmware, slowed, stopped] = listOf(
    decode(payload, TELEMETRY_BYTES_MAX),
    10,
  );
  for (const count of [boots, records, lost]) wholeOf(count, U32);
  if (typeof slowed !== "boolean") throw new NotCanonical("no flag");
  if (!equal(bytesOf(lockId, 8), info.lockId) || wholeOf(epoch, U32) !== info.epoch)
    throw new NotSigned("a reading of another lock or time");
  return {
    lock_s: wholeOf(lockTime, U32),
    battery: perhaps(battery, (value) => wholeOf(value, 100)),
    firmware: wholeOf(firmware, U32),
    stopped: perhaps(stopped, (value) => wholeOf(value, U32)),
  };
}
