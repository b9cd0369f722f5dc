/**
 * The lock's signed word on what it holds (protocol B.7). Nothing on a screen says "done" before one of these was checked (SYNC-12).
 *
 * @typedef {{lockId: Bytes, epoch: number, ver: number, after: Bytes, probe: Bytes, nonce: Bytes | null,
 *   lock_s: number | null, clockGood: boolean | null, lost: number | null, knownNewer: number | null}} Receipt
 * the short form of push-only sessions says nothing of clock, losses and newer versions: null
 * @typedef {{lockId: Bytes, epoch: number, wiped: true, lost: number}} Wiped
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { DoorInfo } from "./doorinfo.js" */

import { equal } from "./bytes.js";
import { decode, NotCanonical } from "./cbor.js";
import { NotSigned, TYP, verify } from "./cose.js";
import { bytesOf, listOf, wholeOf } from "./shapes.js";

export const RECEIPT_BYTES_MAX = 512;
const U32 = 0xffffffff;

/**
 * What this lock itself has signed, in this epoch.
 * @param {Uint8Array} statement @param {Pick<DoorInfo, "lockId" | "epoch" | "idKey">} info of the door that was spoken to
 * @returns {Promise<Receipt | Wiped>} @throws {NotSigned | NotCanonical}
 */
export async function openReceipt(statement, info) {
  const receipt = readReceipt(await verify(statement, TYP.receipt, [info.idKey], RECEIPT_BYTES_MAX));
  if (!equal(receipt.lockId, info.lockId) || receipt.epoch !== info.epoch) throw new NotSigned("a receipt of another lock or time");
  return receipt;
}

/** Told apart by length: 4 wiped, 5 or 6 short, 11 or 12 full. @param {Uint8Array} payload @returns {Receipt | Wiped} */
export function readReceipt(payload) {
  const fields = listOf(decode(payload, RECEIPT_BYTES_MAX));
  const common = { lockId: bytesOf(fields[0], 8), epoch: wholeOf(fields[1], U32) };
  if (fields.length === 4 && fields[2] === "wiped") return { ...common, wiped: true, lost: wholeOf(fields[3], U32) };
  if (![5, 6, 11, 12].includes(fields.length)) throw new NotCanonical("no receipt");
  const full = fields.length > 6;
  const nonce = fields.length === 6 || fields.length === 12 ? bytesOf(fields.at(-1), 16) : null;
  return {
    ...common,
    ver: wholeOf(fields[2], U32),
    after: bytesOf(fields[3], 16),
    probe: bytesOf(fields[full ? 8 : 4], 8),
    nonce,
    ...(full ? attested(fields) : { lock_s: null, clockGood: null, lost: null, knownNewer: null }),
  };
}

/** @param {unknown[]} fields */
function attested(fields) {
  checkHead(fields[6]);
  wholeOf(fields[9], U32);
  return {
    lock_s: wholeOf(fields[4], U32),
    clockGood: wholeOf(fields[5], 2) === 0,
    lost: wholeOf(fields[7], U32),
    knownNewer: wholeOf(fields[10], U32),
  };
}

/** Where the record ends: for the service, not for a phone, but it has to be one of its two forms. @param {unknown} head */
function checkHead(head) {
  if (head instanceof Uint8Array) {
    bytesOf(head, 8);
    return;
  }
  const [logepoch, seqnext, tag] = listOf(head, 3);
  wholeOf(logepoch, U32);
  wholeOf(seqnext, U32);
  bytesOf(tag, 16);
}
