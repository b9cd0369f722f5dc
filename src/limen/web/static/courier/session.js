/**
 * A conversation with one lock: a handshake that only the right lock can finish, then one question at a time.
 *
 * Whatever goes wrong on the way (silence, a frame out of turn, a message that does not open) ends the session; nothing is sent twice
 * in it, and what was begun goes on in the next one.
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Link } from "./channel.js" */
/** @import { Signer } from "./cose.js" */
/** @import { DoorInfo } from "./doorinfo.js" */
/** @import { Grant } from "./grants.js" */
/** @import { Secured } from "./noise.js" */
/** @import { Answer, Presented } from "./operations.js" */

import { concat, hex, utf8 } from "./bytes.js";
import { LinkEnded } from "./channel.js";
import { SUITE } from "./doorinfo.js";
import { Cutter, Joiner } from "./frames.js";
import { effectiveRights, proofMessage } from "./grants.js";
import { Handshake } from "./noise.js";
import { busy_ms, givenBytes, OP, readAnswer, readPresented, request } from "./operations.js";
import { STATUS, wordOf } from "./refusals.js";

/** The lock said no. `reason` is a word of screens.md 1.6, or null where it gives none. */
export class Denied extends Error {
  /** @param {string | null} reason */
  constructor(reason) {
    super("the lock said no");
    this.reason = reason;
  }
}

const HANDSHAKE_MS = 5000;
const ANSWER_MS = 15000;
const PARCEL_BYTES_MAX = 40960;

export class LockSession {
  /**
   * @param {{link: Link, lockId: Bytes, lockKey: Bytes, psk?: Bytes, suite?: number, signal?: AbortSignal}} facts
   * @returns {Promise<LockSession>} with the lock that holds `lockKey` and no other @throws {NotThePeer | LinkEnded | OutOfTurn}
   */
  static async open({ link, lockId, lockKey, psk, suite = SUITE, signal }) {
    const session = LockSession.on(link, signal);
    await session.shake({ lockId, lockKey, psk, suite });
    return session;
  }

  /** Nothing has been said yet. @param {Link} link @param {AbortSignal} [signal] @returns {LockSession} */
  static on(link, signal) {
    signal?.addEventListener("abort", () => link.close(), { once: true });
    if (signal?.aborted) link.close();
    return new LockSession(link);
  }

  /** @param {{lockId: Bytes, lockKey: Bytes, psk: Bytes | undefined, suite?: number}} facts @returns {Promise<void>} */
  async shake({ lockId, lockKey, psk, suite = SUITE }) {
    this.lock = hex(lockId);
    const prologue = concat(utf8("dl/1"), lockId, Uint8Array.of(suite));
    const handshake = new Handshake(psk === undefined ? { prologue, lockKey } : { prologue, lockKey, psk });
    await this.send(await handshake.first());
    this.secured = await handshake.finish(await this.receive(HANDSHAKE_MS));
  }

  /** Before the handshake, in clear. @param {Bytes} message @returns {Promise<Bytes>} what the lock says to it */
  async exchange(message) {
    await this.send(message);
    return this.receive(HANDSHAKE_MS);
  }

  /** @param {Link} link */
  constructor(link) {
    this.link = link;
    this.lock = "";
    this.cutter = new Cutter(link.frameBytes);
    this.joiner = new Joiner();
    /** @type {Secured | null} */
    this.secured = null;
    /** What the lock made of the grant. @type {Presented & {needsUpdate: boolean} | null} */
    this.presented = null;
  }

  close() {
    this.link.close();
  }

  /** Names this handshake and no other. @returns {Bytes} */
  get h() {
    if (this.secured === null) throw new LinkEnded("no session");
    return this.secured.h;
  }

  /** @param {Bytes} message */
  async send(message) {
    for (const frame of this.cutter.cut(message)) await this.link.send(frame);
  }

  /** @param {number} within_ms @returns {Promise<Bytes>} */
  async receive(within_ms) {
    const late = setTimeout(() => this.link.close(), within_ms);
    try {
      for (;;) {
        const message = this.joiner.take(await this.link.receive());
        if (message !== null) return message;
      }
    } catch (problem) {
      this.link.close();
      throw problem;
    } finally {
      clearTimeout(late);
    }
  }

  /** @param {number} op @param {Bytes} message @returns {Promise<Answer>} anything but a DENIED @throws {Denied} */
  async ask(op, message) {
    await this.say(message);
    return this.hear(op);
  }

  /** Says it and does not wait: for each such message one `hear` is owed, in the same order. @param {Bytes} message */
  async say(message) {
    if (this.secured === null) throw new LinkEnded("no session");
    await this.send(await this.secured.send.seal(message));
  }

  /** @param {number} op of what was said first of all that is unanswered @returns {Promise<Answer>} anything but a DENIED @throws {Denied} */
  async hear(op) {
    if (this.secured === null) throw new LinkEnded("no session");
    const answer = readAnswer(await this.secured.receive.open(await this.receive(ANSWER_MS)), op);
    if (answer.status === STATUS.denied) throw new Denied(wordOf(answer.rest[0]));
    return answer;
  }

  /**
   * Says who is here and what for; the proof is worth nothing anywhere else.
   * @param {{grant: Grant, signer: Signer, op: number, context: Bytes}} facts @returns {Promise<Presented & {needsUpdate: boolean}>} @throws {Denied}
   */
  async present({ grant, signer, op, context }) {
    const proof = await signer.sign(await proofMessage(this.h, grant.statement, op, context));
    const answer = await this.ask(OP.present, request.present(grant.statement, proof, op, context));
    if (answer.status !== STATUS.ok && answer.status !== STATUS.needUpdate) throw new Denied(null);
    const needsUpdate = answer.status === STATUS.needUpdate;
    const unsaid = { rights: effectiveRights(grant), ver: 0, wantsTime: false };
    this.presented = { ...(needsUpdate ? unsaid : readPresented(answer)), needsUpdate };
    return this.presented;
  }

  /** @returns {Promise<"open" | "needs_update">} @throws {Denied} */
  async unlock() {
    const answer = await this.ask(OP.unlock, request.unlock());
    if (answer.status === STATUS.ok) return "open";
    if (answer.status === STATUS.needUpdate) return "needs_update";
    throw new Denied(null);
  }

  /** @returns {Promise<Bytes | null>} the lock's question for the time */
  async timeNonce() {
    const answer = await this.ask(OP.timeAsk, request.timeAsk());
    return answer.status === STATUS.ok ? givenBytes(answer) : null;
  }

  /** @param {Bytes} assertion @returns {Promise<boolean>} whether the lock took it */
  async time(assertion) {
    return (await this.ask(OP.time, request.time(assertion))).status === STATUS.ok;
  }

  /** @param {Bytes | null} nonce 16 bytes of the service for a fresh proof @returns {Promise<Bytes | null>} */
  async receipt(nonce) {
    const answer = await this.ask(OP.receipt, request.receipt(nonce));
    return answer.status === STATUS.ok ? givenBytes(answer) : null;
  }

  /** @param {number} number from 0 in each session @returns {Promise<Bytes | null>} a sealed segment, null after the last */
  async segment(number) {
    const answer = await this.ask(OP.log, request.log(number));
    if (answer.status !== STATUS.ok || answer.rest.length === 0) return null;
    const segment = givenBytes(answer);
    return segment.length === 0 ? null : segment;
  }

  /** @param {number} number from 0 in each session @returns {Promise<Bytes | null>} a sealed still, null after the last */
  async photo(number) {
    const parts = [];
    for (let length = 0; length < PARCEL_BYTES_MAX; ) {
      const answer = await this.ask(OP.photo, request.photo(number, length));
      if (answer.status !== STATUS.ok || answer.rest.length === 0) break;
      const part = givenBytes(answer);
      if (part.length === 0) break;
      parts.push(part);
      length += part.length;
    }
    return parts.length === 0 ? null : concat(...parts);
  }

  /** @returns {Promise<Bytes | null>} battery and system record */
  async telemetry() {
    const answer = await this.ask(OP.telemetry, request.telemetry());
    return answer.status === STATUS.ok && answer.rest.length === 1 ? givenBytes(answer) : null;
  }

  /** The service's word that part of the record may go. @param {Bytes} ack @returns {Promise<boolean>} */
  async acknowledge(ack) {
    return (await this.ask(OP.ack, request.ack(ack))).status === STATUS.ok;
  }

  /** Activation, first half. @param {Bytes} nonce of the service @returns {Promise<Bytes>} what the lock attests @throws {Denied} */
  async attest(nonce) {
    const answer = await this.ask(OP.activate, request.attest(nonce));
    if (answer.status !== STATUS.ok) throw new Denied(null);
    return givenBytes(answer);
  }

  /** Activation, second half; the first list follows as an update. @param {Bytes} ticket @returns {Promise<void>} @throws {Denied} */
  async ticket(ticket) {
    if ((await this.ask(OP.activate, request.ticket(ticket))).status !== STATUS.ok) throw new Denied(null);
  }

  /** The end of an ownership: the lock wipes itself. @param {Bytes} release @returns {Promise<Bytes>} its word that it is empty @throws {Denied} */
  async release(release) {
    const answer = await this.ask(OP.activate, request.release(release));
    if (answer.status !== STATUS.ok) throw new Denied(null);
    return givenBytes(answer);
  }

  /** @param {Answer} answer BUSY @param {AbortSignal} [signal] @returns {Promise<void>} */
  async pause(answer, signal) {
    const until = AbortSignal.timeout(busy_ms(answer));
    const over = signal === undefined ? until : AbortSignal.any([until, signal]);
    if (!over.aborted) await new Promise((resolve) => over.addEventListener("abort", resolve, { once: true }));
  }
}
