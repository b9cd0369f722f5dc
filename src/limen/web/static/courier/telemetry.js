/**
 * A lock's word about its own health, for those who pull: no event, no count, no person (limen.wire.telemetry).
 *
 * @typedef {{t_s: number, clockGood: boolean, battery: number | null}} Telemetry `battery` in percent, null on wired models
 */
/** @import { DoorInfo } from "./doorinfo.js" */

import { concat, equal, utf8 } from "./bytes.js";
import { decode } from "./cbor.js";
import { NotSigned, verifies } from "./cose.js";
import { bytesOf, listOf, perhaps, wholeOf } from "./shapes.js";

const TELEMETRY_BYTES_MAX = 512;
const U32 = 0xffffffff;

/**
 * What this lock itself has signed: a courier cannot make a battery look full.
 * @param {Uint8Array} data @param {DoorInfo} info @returns {Promise<Telemetry>} @throws {NotSigned | NotCanonical}
 */
export async function openTelemetry(data, info) {
  // rule: LOCK-6
  const [said, signature] = listOf(decode(data, TELEMETRY_BYTES_MAX), 2);
  const body = bytesOf(said);
  if (!(await verifies(info.idKey, bytesOf(signature, 64), concat(utf8("dl/tel/1"), body))))
    throw new NotSigned("not the lock's own reading");
  const [lockId, epoch, t, tstate, error, battery, firmware, boot] = listOf(decode(body, 256), 8);
  for (const count of [error, firmware, boot]) wholeOf(count, U32);
  if (!equal(bytesOf(lockId, 8), info.lockId) || wholeOf(epoch, U32) !== info.epoch)
    throw new NotSigned("a reading of another lock or time");
  return { t_s: wholeOf(t, U32), clockGood: wholeOf(tstate, 2) === 0, battery: perhaps(battery, (value) => wholeOf(value, 100)) };
}
