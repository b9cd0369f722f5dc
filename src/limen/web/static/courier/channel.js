/**
 * The way to a lock: frames go out, frames come in, and either side may end it.
 *
 * A `Channel` knows how to reach a lock by what one knows of it: its lock-id and the key it answers with. A `Link` is one
 * connection. A link never retries; what was begun is resumed.
 *
 * @typedef {{lockId: Bytes, lockKey: Bytes}} Whom
 * @typedef {{
 *   frameBytes: number,
 *   send: (frame: Bytes) => Promise<void>,
 *   receive: () => Promise<Bytes>,
 *   close: () => void,
 * }} Link `receive` rejects with `LinkEnded` once nothing more can come
 * @typedef {{asks: (whom: Whom) => Promise<string | null>, choose: (whom: Whom) => Promise<void>, chooseAmong: (those: Whom[]) => Promise<Whom>,
 *   open: (whom: Whom, signal?: AbortSignal) => Promise<Link>, openNamed: (name: string, signal?: AbortSignal) => Promise<Link>}} Channel
 *   `chooseAmong` gives the one of several that the person picks from those near; `asks` tells under which name the browser would ask the person for this lock, null where it would not; `choose` may ask the person,
 *   so it is called while their tap still counts, and rejects with `NoLockChosen`; `open` asks if nobody did, and rejects with `OutOfReach` too; so does `openNamed`,
 *   for a lock of which one knows only what it is called in the air
 */
/** @import { Bytes } from "./bytes.js" */

/** The lock does not answer from here. */
export class OutOfReach extends Error {}

/** The person closed the browser's list of locks without choosing. */
export class NoLockChosen extends Error {}

/** The phone's Bluetooth is switched off, so there was no list to choose from. */
export class BluetoothOff extends NoLockChosen {}

/** The link is gone. */
export class LinkEnded extends Error {}

const WAITING_FRAMES_MAX = 512;

/** What came over a link and nobody has read yet; both kinds of link end up here. */
export class Arrivals {
  constructor() {
    /** @type {Bytes[]} */
    this.frames = [];
    this.ended = false;
    /** @type {{resolve: (frame: Bytes) => void, reject: (reason: Error) => void} | null} */
    this.reader = null;
  }

  /** @param {Bytes} frame */
  put(frame) {
    if (this.reader !== null) {
      this.reader.resolve(frame);
      this.reader = null;
    } else if (this.frames.length < WAITING_FRAMES_MAX) {
      this.frames.push(frame);
    } else {
      this.end();
    }
  }

  end() {
    this.ended = true;
    this.reader?.reject(new LinkEnded("the link is gone"));
    this.reader = null;
  }

  /** @returns {Promise<Bytes>} the next frame; one reader at a time */
  next() {
    const frame = this.frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    if (this.ended) return Promise.reject(new LinkEnded("the link is gone"));
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject };
    });
  }
}
