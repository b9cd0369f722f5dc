/**
 * What came from outside, as what it has to be. Everything that is not exactly so is refused with `NotCanonical`.
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Key } from "./cbor.js" */

import { NotCanonical } from "./cbor.js";

/** @param {unknown} value @param {number} [size] exact length, when there is one @returns {Bytes} */
export function bytesOf(value, size) {
  if (!(value instanceof Uint8Array) || (size !== undefined && value.length !== size))
    throw new NotCanonical("bytes of another length, or none");
  return /** @type {Bytes} */ (value);
}

/** @param {unknown} value @param {number} [most] @returns {number} */
export function wholeOf(value, most = Number.MAX_SAFE_INTEGER) {
  if (typeof value !== "number" || value < 0 || value > most) throw new NotCanonical("a number that is out of bounds, or none");
  return value;
}

/** @param {unknown} value @param {number} [size] exact length, when there is one @returns {unknown[]} */
export function listOf(value, size) {
  if (!Array.isArray(value) || (size !== undefined && value.length !== size)) throw new NotCanonical("a list of another length, or none");
  return value;
}

/** @param {unknown} value @returns {Map<Key, unknown>} */
export function mapOf(value) {
  if (!(value instanceof Map)) throw new NotCanonical("no map");
  return value;
}

/** @param {unknown} value @param {number} [most] characters @returns {string} */
export function textOf(value, most = 1024) {
  if (typeof value !== "string" || value.length > most) throw new NotCanonical("a text that is too long, or none");
  return value;
}

/**
 * @template T
 * @param {unknown} value @param {(value: unknown) => T} shape
 * @returns {T | null}
 */
export function perhaps(value, shape) {
  return value === null || value === undefined ? null : shape(value);
}
