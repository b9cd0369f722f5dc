/**
 * Messages cut to what a link carries, and put together again or not at all (protocol B.8).
 *
 * A frame is `[flags | seq | payload]`: flag 1 on the first frame of a message, 2 on the last; `seq` runs on and wraps at 256.
 * A frame out of turn ends the session; going on later is cheap.
 */
/** @import { Bytes } from "./bytes.js" */

import { concat } from "./bytes.js";

/** A frame was lost, repeated or strange: nothing of this session counts any more. */
export class OutOfTurn extends Error {}

export const FRAME_BYTES_MIN = 20;
export const FRAME_BYTES_PLANNED = 182;
export const FRAME_BYTES_MAX = 509;
export const MESSAGE_BYTES_MAX = 8192;
const FIRST = 1;
const LAST = 2;
const HEADER_BYTES = 2;

/** One direction of a link, sending. */
export class Cutter {
  /** @param {number} [frameBytes] what the link carries at once */
  constructor(frameBytes = FRAME_BYTES_PLANNED) {
    if (frameBytes < FRAME_BYTES_MIN || frameBytes > FRAME_BYTES_MAX) throw new RangeError("a link that carries too little or too much");
    this.room = frameBytes - HEADER_BYTES;
    this.seq = 0;
  }

  /** @param {Bytes} message @returns {Bytes[]} */
  cut(message) {
    if (message.length === 0 || message.length > MESSAGE_BYTES_MAX) throw new RangeError("an empty message, or too long a one");
    const count = Math.ceil(message.length / this.room);
    const frames = Array.from({ length: count }, (_, index) => {
      const flags = (index === 0 ? FIRST : 0) | (index === count - 1 ? LAST : 0);
      const part = message.subarray(index * this.room, (index + 1) * this.room);
      return concat(Uint8Array.of(flags, (this.seq + index) % 256), part);
    });
    this.seq = (this.seq + count) % 256;
    return frames;
  }
}

/** One direction of a link, receiving: the first fault ends it for good. */
export class Joiner {
  constructor() {
    this.seq = 0;
    this.size = 0;
    this.ended = false;
    /** @type {Bytes[] | null} */
    this.parts = null;
  }

  /** @param {Bytes} frame @returns {Bytes | null} the message that this frame completes @throws {OutOfTurn} */
  take(frame) {
    if (this.ended || !this.fits(frame)) {
      this.ended = true;
      this.parts = null;
      throw new OutOfTurn("a frame out of turn");
    }
    this.seq = (this.seq + 1) % 256;
    /** @type {Bytes[]} */
    const parts = this.parts ?? [];
    parts.push(frame.subarray(HEADER_BYTES));
    this.size += frame.length - HEADER_BYTES;
    const done = (Number(frame[0]) & LAST) !== 0;
    this.parts = done ? null : parts;
    if (done) this.size = 0;
    return done ? concat(...parts) : null;
  }

  /** @param {Bytes} frame */
  fits(frame) {
    const flags = Number(frame[0]);
    if (frame.length <= HEADER_BYTES || frame.length > FRAME_BYTES_MAX || flags > (FIRST | LAST)) return false;
    const starts = (flags & FIRST) !== 0;
    return frame[1] === this.seq && starts === (this.parts === null) && this.size + frame.length - HEADER_BYTES <= MESSAGE_BYTES_MAX;
  }
}
