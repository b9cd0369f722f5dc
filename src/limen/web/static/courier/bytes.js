/**
 * Bytes in and out of the forms in which they travel.
 *
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 */

/** @param {...Uint8Array} parts @returns {Bytes} */
export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Compares public values (locks, hashes, ids); never a secret, because it stops at the first difference.
 * @param {Uint8Array} one @param {Uint8Array} other
 */
export function equal(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** @param {Uint8Array} bytes @returns {string} */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} text @returns {Bytes} @throws {RangeError} when it is no hexadecimal text */
export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new RangeError("not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** RFC 4648 section 5, without padding. @param {Uint8Array} bytes @returns {string} */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** @param {string} text @returns {Bytes} */
export function utf8(text) {
  return Uint8Array.from(new TextEncoder().encode(text));
}

/** Big-endian, as every number outside CBOR travels. @param {number} value @param {number} size bytes @returns {Bytes} */
export function unsigned(value, size) {
  const bytes = new Uint8Array(size);
  let rest = value;
  for (let index = size - 1; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  if (rest !== 0) throw new RangeError(`does not fit ${size} bytes`);
  return bytes;
}

/** @param {Uint8Array} bytes @returns {Promise<Bytes>} */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
}

const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** RFC 9285. @param {string} text @returns {Bytes} @throws {RangeError} when it is no base45 text */
export function unbase45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const group = text.slice(at, at + 3);
    const digits = Array.from(group, (letter) => BASE45.indexOf(letter));
    const value = digits.reduce((sum, digit, place) => sum + digit * 45 ** place, 0);
    const size = group.length - 1;
    if (size < 1 || digits.includes(-1) || value >= 256 ** size) throw new RangeError("not base45");
    bytes.push(...unsigned(value, size));
  }
  return Uint8Array.from(bytes);
}
