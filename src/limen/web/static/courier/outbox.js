/**
 * What this phone has to hand in: receipts, sealed segments of records, readings, stills; opaque here, sealed at rest.
 *
 * Kept until the service has answered each by its key, erased after 30 days. The key is made from the content, so handing in twice is once.
 *
 * @typedef {"receipt" | "segment" | "telemetry" | "photo"} Kind
 * @typedef {{kind: Kind, lock: string, at_ms: number, kept: Sealed}} Kept
 * @typedef {{key: string, taken: boolean}} Answered
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Service } from "./service.js" */
/** @import { Sealed, Storage } from "./storage.js" */
/** @import { Wallet } from "./wallet.js" */

import { concat, hex, sha256, unhex, utf8 } from "./bytes.js";
import { NoSignal } from "./service.js";
import { bytesOf, listOf, mapOf, textOf } from "./shapes.js";
import { StorageFull, seal, unseal } from "./storage.js";

const KEEP_MS = 30 * 24 * 3600 * 1000;
const BATCH_ITEMS = 64;
const BATCH_BYTES = 200 * 1024;
const FRAMING_BYTES = 64;
const ITEM_BYTES_MAX = 64 * 1024;
const ITEMS_MAX = 20000;

/** It holds all it may; the lock keeps the rest. */
export class OutboxFull extends StorageFull {}

export class Outbox {
  /** @param {{storage: Storage, service: Service, wallet: Wallet, now: () => number}} facts */
  constructor({ storage, service, wallet, now }) {
    this.storage = storage;
    this.service = service;
    this.wallet = wallet;
    this.now = now;
    /** @type {Promise<unknown>} */
    this.running = Promise.resolve();
    /** Keys of receipts that the service has, as it told this page. @type {Set<string>} */
    this.proofs = new Set();
  }

  /**
   * Durable when it returns; nothing more is asked of the lock before that.
   * @param {Kind} kind @param {string} lock @param {Bytes} data @returns {Promise<string>} its key
   */
  async put(kind, lock, data) {
    if (data.length > ITEM_BYTES_MAX) throw new RangeError("too large to hand in");
    const key = hex((await sha256(concat(utf8(`dl/outbox/1${kind}\0`), unhex(lock), data))).subarray(0, 16));
    if ((await this.storage.get("outbox", key)) !== undefined) return key;
    if ((await this.storage.count("outbox")) >= ITEMS_MAX) throw new OutboxFull("the outbox is full");
    const kept = await seal(await this.wallet.sealingKey(), data, utf8(`${kind} ${lock} ${key}`));
    await this.storage.change([{ drawer: "outbox", name: key, put: { kind, lock, at_ms: this.now(), kept } }]);
    return key;
  }

  /** @returns {Promise<[string, Kept][]>} the oldest first */
  async items() {
    const items = /** @type {[string, Kept][]} */ (await this.storage.all("outbox"));
    return items.sort(([, one], [, other]) => one.at_ms - other.at_ms);
  }

  /** @returns {Promise<{records: number, receipts: number}>} sealed records and readings, and receipts, that wait for signal */
  async waiting() {
    const items = await this.items();
    const receipts = items.filter(([, item]) => item.kind === "receipt").length;
    return { records: items.length - receipts, receipts };
  }

  /** @param {string} key @returns {Promise<boolean>} whether the service has not answered this one yet */
  async waits(key) {
    return (await this.storage.get("outbox", key)) !== undefined;
  }

  /** @param {string} key of a receipt @returns {boolean} whether the service has said to this page that it has it */
  took(key) {
    return this.proofs.has(key);
  }

  /**
   * Tries now; without signal everything stays. Two calls at once become one after the other.
   * @returns {Promise<{handedIn: number, left: number, refused: string[]}>} `refused`: keys that ended without being taken @throws {Refused} when the service refuses this phone as a whole
   */
  handIn() {
    const turn = this.running.then(() => this.handInNow());
    this.running = turn.catch(() => undefined);
    return turn;
  }

  /** @returns {Promise<{handedIn: number, left: number, refused: string[]}>} */
  async handInNow() {
    await this.forgetOld();
    let handedIn = 0;
    /** @type {string[]} */
    const refused = [];
    for (;;) {
      const items = await this.items();
      const known = new Map(items);
      const answered = items.length === 0 ? [] : (await this.offer(items)).filter(({ key }) => known.has(key));
      if (answered.length === 0) return { handedIn, left: items.length, refused };
      await this.storage.change(answered.map(({ key }) => ({ drawer: "outbox", name: key })));
      for (const { key, taken } of answered) {
        if (!taken) refused.push(key);
        else if (known.get(key)?.kind === "receipt") this.proofs.add(key);
      }
      handedIn += answered.filter(({ taken }) => taken).length;
    }
  }

  /** @param {[string, Kept][]} items @returns {Promise<Answered[]>} what the service has answered: any answer ends an item, and so does a key that is gone */
  async offer(items) {
    const batch = [];
    /** @type {Answered[]} */
    const unreadable = [];
    let size = 0;
    for (const [key, item] of items) {
      size += item.kept.sealed.length + FRAMING_BYTES;
      if (batch.length === BATCH_ITEMS || (batch.length > 0 && size > BATCH_BYTES)) break;
      const data = await this.opened(key, item);
      if (data === null) unreadable.push({ key, taken: false });
      else batch.push(new Map(Object.entries({ key: unhex(key), kind: item.kind, lock: unhex(item.lock), data })));
    }
    if (batch.length === 0) return unreadable;
    try {
      const answer = await this.service.ask("/gateway/outbox", new Map().set("items", batch));
      return [...unreadable, ...listOf(answer.get("answers")).map(readAnswered)];
    } catch (problem) {
      if (problem instanceof NoSignal) return unreadable;
      throw problem;
    }
  }

  /** @param {string} key @param {Kept} item @returns {Promise<Bytes | null>} null: sealed for a phone that this browser is no more */
  async opened(key, item) {
    try {
      return await unseal(await this.wallet.sealingKey(), item.kept, utf8(`${item.kind} ${item.lock} ${key}`));
    } catch (problem) {
      if (problem instanceof DOMException && problem.name === "OperationError") return null;
      throw problem;
    }
  }

  /** The lock still has what was never acknowledged. @returns {Promise<void>} */
  async forgetOld() {
    const old = (await this.items()).filter(([, item]) => this.now() - item.at_ms > KEEP_MS);
    await this.storage.change(old.map(([name]) => ({ drawer: "outbox", name })));
  }

  /**
   * Where access has ended its records go too; receipts stay, they prove something and reveal nothing.
   * @param {ReadonlySet<string>} held locks of doors with access of one's own @returns {Promise<void>}
   */
  async forgetDoors(held) {
    const gone = (await this.items()).filter(([, item]) => item.kind !== "receipt" && !held.has(item.lock));
    await this.storage.change(gone.map(([name]) => ({ drawer: "outbox", name })));
  }
}

/** @param {unknown} answer @returns {Answered} */
function readAnswered(answer) {
  const said = mapOf(answer);
  return { key: hex(bytesOf(said.get("key"), 16)), taken: textOf(said.get("status"), 32) !== "refused" };
}
