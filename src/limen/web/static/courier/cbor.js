/**
 * CBOR in its one deterministic form (RFC 8949 section 4.2.1), and nothing else.
 *
 * Accepted: integers, byte strings, texts, arrays, maps with integer, text or byte keys, false, true, null.
 * Refused: floats, tags, undefined, indefinite lengths, longer than needed heads, unsorted or repeated keys, bytes after the end.
 */
/** @import { Bytes } from "./bytes.js" */
/** @typedef {number | bigint | string | Bytes} Key */

import { concat } from "./bytes.js";

/** What came is not what we would have written. */
export class NotCanonical extends Error {}

/** How deep lists and maps may lie in each other; limen.wire.cbor has the same number. */
export const MAX_DEPTH = 12;
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const SIMPLE = 7;
const MAX_U64 = (1n << 64n) - 1n;

/** @param {number} major @param {number | bigint} value @returns {Bytes} */
function head(major, value) {
  const top = major << 5;
  if (value < 24) return Uint8Array.of(top | Number(value));
  const size = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
  const bytes = new Uint8Array(1 + size);
  bytes[0] = top | (24 + Math.log2(size));
  const view = new DataView(bytes.buffer);
  if (size === 8) view.setBigUint64(1, BigInt(value));
  else if (size === 4) view.setUint32(1, Number(value));
  else if (size === 2) view.setUint16(1, Number(value));
  else bytes[1] = Number(value);
  return bytes;
}

/** @param {number | bigint} value @returns {Bytes} */
function encodeInteger(value) {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError("CBOR here knows integers only");
  const whole = BigInt(value);
  const magnitude = whole < 0n ? -1n - whole : whole;
  if (magnitude > MAX_U64) throw new RangeError("an integer of more than 64 bits");
  return head(whole < 0n ? NEGATIVE : UNSIGNED, magnitude);
}

/** @param {Uint8Array} one @param {Uint8Array} other */
function bytewise(one, other) {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = Number(one[at]) - Number(other[at]);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** @param {ReadonlyMap<Key, unknown>} map @returns {Bytes} */
function encodeMap(map) {
  const pairs = Array.from(map, ([key, value]) => /** @type {[Bytes, Bytes]} */ ([encode(key), encode(value)]));
  pairs.sort(([one], [other]) => bytewise(one, other));
  return concat(head(MAP, map.size), ...pairs.flat());
}

/**
 * The only bytes that stand for this value.
 * @param {unknown} value numbers, bigints, texts, bytes, arrays, Maps, false, true, null
 * @returns {Bytes}
 * @throws {RangeError} for what has no form here (floats, more than 64 bits)
 */
export function encode(value) {
  if (value === null) return Uint8Array.of(0xf6);
  if (value === true) return Uint8Array.of(0xf5);
  if (value === false) return Uint8Array.of(0xf4);
  if (typeof value === "number" || typeof value === "bigint") return encodeInteger(value);
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    return concat(head(TEXT, bytes.length), bytes);
  }
  if (value instanceof Uint8Array) return concat(head(BYTES, value.length), value);
  if (value instanceof Map) return encodeMap(value);
  if (Array.isArray(value)) return concat(head(ARRAY, value.length), ...value.map(encode));
  throw new RangeError("this has no form in CBOR here");
}

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /** @param {number} size @returns {Bytes} */
  take(size) {
    if (size > this.bytes.length - this.at) throw new NotCanonical("it ends too early");
    this.at += size;
    return Uint8Array.from(this.bytes.subarray(this.at - size, this.at));
  }

  /** @param {number} info the low five bits @returns {number | bigint} */
  argument(info) {
    if (info < 24) return info;
    if (info > 27) throw new NotCanonical("indefinite or reserved length");
    const size = 2 ** (info - 24);
    const whole = this.take(size).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const least = size === 1 ? 24n : 1n << BigInt(size * 4);
    if (whole < least) throw new NotCanonical("a longer head than needed");
    return whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole;
  }

  /** Each item takes at least `least` bytes, so a count beyond what is left is refused before anything is made. @param {number | bigint} count @param {number} least */
  bounded(count, least) {
    if (BigInt(count) * BigInt(least) > BigInt(this.bytes.length - this.at)) throw new NotCanonical("it ends too early");
    return Number(count);
  }

  /** @param {number} depth @returns {unknown} */
  value(depth) {
    const first = Number(this.take(1)[0]);
    const major = first >> 5;
    if (major === SIMPLE) return simple(first);
    const argument = this.argument(first & 31);
    if (major === UNSIGNED) return argument;
    if (major === NEGATIVE) return negative(argument);
    if (major === BYTES) return this.take(this.bounded(argument, 1));
    if (major === TEXT) return text(this.take(this.bounded(argument, 1)));
    if (major === ARRAY) return this.array(this.bounded(argument, 1), depth + 1);
    if (major === MAP) return this.map(this.bounded(argument, 2), depth + 1);
    throw new NotCanonical("tags are not used here");
  }

  /** @param {number} count @param {number} depth @returns {unknown[]} */
  array(count, depth) {
    if (depth > MAX_DEPTH) throw new NotCanonical("nested too deeply");
    const items = [];
    for (let index = 0; index < count; index += 1) items.push(this.value(depth));
    return items;
  }

  /** @param {number} count @param {number} depth @returns {Map<Key, unknown>} */
  map(count, depth) {
    if (depth > MAX_DEPTH) throw new NotCanonical("nested too deeply");
    const found = new Map();
    /** @type {Uint8Array | null} */
    let before = null;
    for (let index = 0; index < count; index += 1) {
      const start = this.at;
      const key = this.value(depth);
      if (key === null || typeof key === "boolean" || Array.isArray(key) || key instanceof Map)
        throw new NotCanonical("a key of another kind");
      const written = this.bytes.subarray(start, this.at);
      if (before !== null && bytewise(before, written) >= 0) throw new NotCanonical("keys out of order or repeated");
      before = written;
      found.set(/** @type {Key} */ (key), this.value(depth));
    }
    return found;
  }
}

/** @param {number} first @returns {boolean | null} */
function simple(first) {
  if (first === 0xf4) return false;
  if (first === 0xf5) return true;
  if (first === 0xf6) return null;
  throw new NotCanonical("floats and other simple values are not used here");
}

/** @param {number | bigint} argument */
function negative(argument) {
  const whole = -1n - BigInt(argument);
  return whole >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(whole) : whole;
}

/** @param {Bytes} bytes */
function text(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotCanonical("a text that is not UTF-8");
  }
}

/**
 * The value, if and only if `encode` would give back these very bytes.
 * @param {Uint8Array} bytes @param {number} limit most bytes to look at
 * @returns {unknown} numbers (bigints beyond 2^53), texts, bytes, arrays, Maps; look at it with shapes.js @throws {NotCanonical}
 */
export function decode(bytes, limit) {
  if (bytes.length > limit) throw new NotCanonical("larger than allowed");
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new NotCanonical("bytes after the end");
  return value;
}
