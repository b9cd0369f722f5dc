/**
 * How the digits of a temporary code come about (protocol D.2). No browser ever holds a door's key: this exists so that a second,
 * independent derivation agrees with the first one on thousands of shared vectors.
 */
/** @import { Bytes } from "./bytes.js" */

import { concat, unsigned, utf8 } from "./bytes.js";

const DERIVATIONS_MAX = 256;

/** The first 8 bytes of a MAC as `d` digits without bias, null for the few values that would bring one. @param {Uint8Array} mac @param {number} d */
export function digits(mac, d) {
  const number = mac.subarray(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const space = 10n ** BigInt(d);
  if (number >= ((1n << 64n) / space) * space) return null;
  return (number % space).toString().padStart(d, "0");
}

/** Fewer than 4 distinct digits, a constant step, or 4 equal in a row. @param {string} code */
export function weak(code) {
  if (new Set(code).size < 4 || /(.)\1{3}/.test(code)) return true;
  const steps = Array.from(code.slice(1), (digit, at) => (Number(digit) - Number(code[at]) + 10) % 10);
  return new Set(steps).size === 1;
}

/**
 * @param {{key: Bytes, lockId: Bytes, epoch: number, d: number, cls: number, bucket: number, index: number}} issue
 * @returns {Promise<string>} the first of ctr = 0, 1… that is not weak
 */
export async function temporaryCode({ key, lockId, epoch, d, cls, bucket, index }) {
  const named = concat(utf8("dl/daily/1"), lockId, unsigned(epoch, 4), unsigned(bucket, 4), Uint8Array.of(cls, index));
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  for (let ctr = 0; ctr < DERIVATIONS_MAX; ctr += 1) {
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", imported, concat(named, Uint8Array.of(ctr))));
    const code = digits(mac, d);
    if (code !== null && !weak(code)) return code;
  }
  throw new RangeError("no code left");
}
