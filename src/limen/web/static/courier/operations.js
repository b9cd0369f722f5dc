/**
 * What a phone asks a lock inside the session, `[op, …]`, and what it answers, `[op | 0x80, status, …]` (protocol B.8).
 *
 * @typedef {{status: number, rest: unknown[]}} Answer one per request, in order
 * @typedef {{rights: number, ver: number, wantsTime: boolean}} Presented
 */
/** @import { Bytes } from "./bytes.js" */

import { decode, encode, NotCanonical } from "./cbor.js";
import { MESSAGE_BYTES_MAX } from "./frames.js";
import { STATUS } from "./refusals.js";
import { bytesOf, listOf, wholeOf } from "./shapes.js";

export const OP = Object.freeze({
  present: 1,
  status: 2,
  manifest: 3,
  chunk: 4,
  unlock: 5,
  timeAsk: 6,
  time: 7,
  receipt: 8,
  log: 9,
  photo: 10,
  telemetry: 11,
  firmware: 12,
  activate: 13,
  ack: 14,
});

const ANSWER = 0x80;
const U32 = 0xffffffff;
const BUSY_MS_MAX = 60000;

/** One function for each request; each makes its whole message. */
export const request = Object.freeze({
  /** @param {Bytes} grant @param {Bytes} proof @param {number} op @param {Bytes} context */
  present: (grant, proof, op, context) => encode([OP.present, grant, proof, [op, context]]),
  status: () => encode([OP.status]),
  /** @param {Bytes} statement */
  manifest: (statement) => encode([OP.manifest, statement]),
  /** @param {number} index @param {Bytes} chunk */
  chunk: (index, chunk) => encode([OP.chunk, index, chunk]),
  unlock: () => encode([OP.unlock, "tap"]),
  timeAsk: () => encode([OP.timeAsk]),
  /** @param {Bytes} assertion */
  time: (assertion) => encode([OP.time, assertion]),
  /** @param {Bytes | null} nonce */
  receipt: (nonce) => encode(nonce === null ? [OP.receipt] : [OP.receipt, nonce]),
  /** @param {number} number from 0 in each session */
  log: (number) => encode([OP.log, number]),
  /** @param {number} number from 0 in each session @param {number} offset */
  photo: (number, offset) => encode([OP.photo, number, offset]),
  telemetry: () => encode([OP.telemetry]),
  /** @param {Bytes} offer what is signed about the image */
  image: (offer) => encode([OP.firmware, offer]),
  /** @param {number} index @param {Bytes} part */
  imagePart: (index, part) => encode([OP.firmware, index, part]),
  /** @param {Bytes} nonce of the service */
  attest: (nonce) => encode([OP.activate, 0, nonce]),
  /** @param {Bytes} ticket */
  ticket: (ticket) => encode([OP.activate, 1, ticket]),
  /** @param {Bytes} release */
  release: (release) => encode([OP.activate, 2, release]),
  /** @param {Bytes} ack */
  ack: (ack) => encode([OP.ack, ack]),
});

/** @param {Uint8Array} message @param {number} op what was asked @returns {Answer} @throws {NotCanonical} */
export function readAnswer(message, op) {
  const [head, status, ...rest] = listOf(decode(message, MESSAGE_BYTES_MAX));
  if (wholeOf(head, 255) !== (op | ANSWER)) throw new NotCanonical("an answer to something else");
  const known = wholeOf(status, STATUS.unknown);
  if (rest.length > 6) throw new NotCanonical("an answer that is too long");
  return { status: known, rest };
}

/** @param {Answer} answer OK to PRESENT @returns {Presented} */
export function readPresented({ rest }) {
  const [rights, ver, , , flags] = listOf(rest, 5);
  return { rights: wholeOf(rights, 63), ver: wholeOf(ver, U32), wantsTime: wholeOf(flags, 1) === 1 };
}

/** The single part of an answer that gives bytes: a nonce, receipt, segment, reading, bitmap. @param {Answer} answer @returns {Bytes} */
export function givenBytes({ rest }) {
  return bytesOf(listOf(rest, 1)[0]);
}

/** @param {Answer} answer BUSY @returns {number} milliseconds to wait */
export function busy_ms({ rest }) {
  return wholeOf(listOf(rest, 1)[0], BUSY_MS_MAX);
}
