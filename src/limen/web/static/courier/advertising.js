/**
 * The name by which a lock is heard: it follows from the key that its sticker or its DoorInfo tells, and says nothing to anybody else.
 */
/** @import { Bytes } from "./bytes.js" */

import { concat, utf8 } from "./bytes.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NAME_CHARACTERS = 8;
const BITS = 5;

/** @param {Bytes} lockId @param {Bytes} lockKey the lock's static key @returns {Promise<string>} eight characters */
export async function airName(lockId, lockKey) {
  const key = await crypto.subtle.importKey("raw", lockKey, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const drawn = new Uint8Array(await crypto.subtle.sign("HMAC", key, concat(utf8("dl/air/1"), lockId)));
  const bits = [...drawn.subarray(0, BITS)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({ length: NAME_CHARACTERS }, (_, n) => ALPHABET[Number.parseInt(bits.slice(n * BITS, (n + 1) * BITS), 2)]).join("");
}
