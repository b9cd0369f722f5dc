/**
 * What a phone must know of a lock before it speaks: whose key answers, whose key signs receipts (65007, signed by the service).
 *
 * It comes from the service itself over TLS and is read without a key of its own; whoever answers at the door has to hold `xs`.
 *
 * @typedef {{lockId: Bytes, epoch: number, xs: Bytes, idKey: Bytes, iat_s: number, suite: number, door: number | null, kind: number | null,
 *   model: string | null}} DoorInfo `door` is the number inside the unlock proof; couriers of other people's doors get neither door, kind nor model
 */
/** @import { Bytes } from "./bytes.js" */

import { decode, NotCanonical } from "./cbor.js";
import { TYP, unverifiedPayload } from "./cose.js";
import { bytesOf, mapOf, perhaps, textOf, wholeOf } from "./shapes.js";

export const SUITE = 1;
const U32 = 0xffffffff;

/** @param {Uint8Array} statement @returns {DoorInfo} @throws {NotCanonical} */
export function readDoorInfo(statement) {
  const said = mapOf(decode(unverifiedPayload(statement, TYP.doorInfo), 4096));
  for (const key of said.keys()) if (typeof key !== "number" || key < 1 || key > 9) throw new NotCanonical("an unknown key");
  return {
    lockId: bytesOf(said.get(1), 8),
    epoch: wholeOf(said.get(2), U32),
    xs: bytesOf(said.get(3), 32),
    idKey: bytesOf(said.get(4), 33),
    iat_s: wholeOf(said.get(5), U32),
    suite: wholeOf(said.get(6), 255),
    door: perhaps(said.get(7), (value) => wholeOf(value, U32)),
    kind: perhaps(said.get(8), (value) => wholeOf(value, 3)),
    model: perhaps(said.get(9), (value) => textOf(value, 16)),
  };
}
