/**
 * What this browser may open and carries: one phone key that nobody can export, and per door its info, grants and sealed update.
 *
 * The key only ever signs. Everything else lies sealed in the storage and goes when the phone is removed.
 *
 * @typedef {"resident" | "manager"} As
 * @typedef {{lock: string, serial: string | null, door: string | null, name: string | null, class: number, ver: number, proven: number, until_ms: number,
 *   info: Bytes, grants: Bytes[], bundle: Bytes | null, ack: Bytes | null, release: Bytes | null, held: number,
 *   firmware: {offer: Bytes, digest: Bytes} | null}} Entry
 * `serial`, `door` and `name` are null at doors that one only passes (SYNC-13): this phone knows the lock and not the door;
 * `held` is the version of the newest receipt that this phone itself checked; `release`: the lock is to be told that it has no owner here;
 * `firmware`: what is signed about the image it should run, and the digest by which that is kept
 * @typedef {{lock: string, serial: string | null, door: string | null, name: string | null, class: number, ver: number, proven: number, until_ms: number,
 *   usableNow: boolean}} Door
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Signer } from "./cose.js" */
/** @import { Service } from "./service.js" */
/** @import { Change, Sealed, Storage } from "./storage.js" */

import { base64url, equal, hex, utf8 } from "./bytes.js";
import { decode, encode, NotCanonical } from "./cbor.js";
import { compressed, signerOf } from "./cose.js";
import { CLS, readGrant } from "./grants.js";
import { Refused } from "./service.js";
import { bytesOf, listOf, perhaps, textOf, wholeOf } from "./shapes.js";
import { DRAWERS, freshSealingKey, seal, unseal } from "./storage.js";

const ENTRY_BYTES_MAX = 1 << 20;
/** What is known of a door that one only passes, beside its lock. */
export const NAMELESS = Object.freeze({ serial: null, door: null, name: null });

export class Wallet {
  /** @param {{as: As, storage: Storage, service: Service, now: () => number}} facts */
  constructor({ as, storage, service, now }) {
    this.as = as;
    this.storage = storage;
    this.service = service;
    this.now = now;
  }

  /**
   * Makes this browser a phone of the person who is signed in. Again: the same phone.
   * @param {string} name as the person will find it in the list of phones
   * @returns {Promise<string>} its id @throws {NoSignal | Refused}
   */
  async register(name) {
    const known = await this.phone();
    if (known !== null) return known.id;
    const pair = await this.keyPair();
    const publicKey = await compressed(pair.publicKey);
    const answer = await this.service.tell("/home/api/phones", { public_key: base64url(publicKey), platform: "browser", name });
    const phone = { id: String(answer["id"]), name };
    await this.storage.alone(async () => {
      // Somebody signed out meanwhile: a phone is nothing without the key that it was registered by.
      if (!(await this.#keyIs(publicKey))) throw new Refused(401, "signed-out", "");
      await this.storage.change([{ drawer: "phone", name: "registered", put: phone }]);
    });
    return phone.id;
  }

  /** @param {Bytes} publicKey @returns {Promise<boolean>} whether it is the key that lies here now */
  async #keyIs(publicKey) {
    const kept = /** @type {CryptoKeyPair | undefined} */ (await this.storage.get("phone", "key"));
    return kept !== undefined && equal(await compressed(kept.publicKey), publicKey);
  }

  /** @returns {Promise<{id: string, name: string} | null>} */
  async phone() {
    const found = await this.storage.get("phone", "registered");
    return found === undefined ? null : /** @type {{id: string, name: string}} */ (found);
  }

  /** @returns {Promise<CryptoKeyPair>} made once; its private half never leaves the browser */
  async keyPair() {
    const kept = await this.storage.get("phone", "key");
    if (kept !== undefined) return /** @type {CryptoKeyPair} */ (kept);
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    return /** @type {CryptoKeyPair} */ (await this.storage.keep("phone", "key", pair));
  }

  /** @returns {Promise<Signer & {publicKey: Bytes}>} */
  async signer() {
    const pair = await this.keyPair();
    return { ...(await signerOf(pair)), publicKey: await compressed(pair.publicKey) };
  }

  /** @returns {Promise<Door[]>} doors of one's own (a manager's: doors to update), in the service's order */
  async doors() {
    const entries = await this.entries();
    return entries.filter((entry) => entry.class !== CLS.courier && entry.release === null).map((entry) => this.shown(entry));
  }

  /** @param {string} lock @returns {Promise<Door | null>} */
  async door(lock) {
    const entry = await this.entry(lock);
    return entry === null ? null : this.shown(entry);
  }

  /** Other doors of the building for which a sealed update rides along and nobody has seen a proof (SYNC-13). @returns {Promise<Entry[]>} */
  async elsewhere() {
    const others = (await this.entries()).filter((entry) => entry.class === CLS.courier);
    return others.filter((entry) => entry.release !== null || (entry.bundle !== null && entry.ver > Math.max(entry.proven, entry.held)));
  }

  /** Digests of the images that doors of either view wait for, in hex. @returns {Promise<string[]>} */
  async imagesWanted() {
    const opened = await this.#openedAll(await this.storage.all("doors"));
    return opened.flatMap(({ entry }) => (entry.firmware === null ? [] : [hex(entry.firmware.digest)]));
  }

  /** @returns {Promise<number | null>} when the service last said what is in here */
  async freshAt_ms() {
    const kept = await this.storage.get("phone", `fresh ${this.as}`);
    return typeof kept === "number" ? kept : null;
  }

  /** Nothing of this phone remains here: at sign-out, and when the phone was removed. @returns {Promise<void>} */
  async empty() {
    await emptied(this.storage);
  }

  /** @param {Entry} entry @returns {Door} */
  shown(entry) {
    const { lock, serial, door, name, ver, proven, until_ms } = entry;
    const now_s = this.now() / 1000;
    const grants = entry.grants.map(readGrant);
    const usableNow = grants.some((grant) => (grant.nbf_s ?? 0) <= now_s && now_s < grant.exp_s);
    return { lock, serial, door, name, class: entry.class, ver, proven, until_ms, usableNow };
  }

  /** @param {string} lock @returns {Promise<Entry | null>} */
  async entry(lock) {
    const kept = await this.storage.get("doors", `${this.as} ${lock}`);
    return kept === undefined ? null : ((await this.opened(`${this.as} ${lock}`, kept))?.entry ?? null);
  }

  /** @returns {Promise<Entry[]>} */
  async entries() {
    const kept = (await this.storage.all("doors")).filter(([name]) => name.startsWith(`${this.as} `));
    const opened = await this.#openedAll(kept);
    return opened.sort((one, other) => one.place - other.place).map(({ entry }) => entry);
  }

  /** @param {[string, unknown][]} kept @returns {Promise<{entry: Entry, place: number}[]>} those that open */
  async #openedAll(kept) {
    const opened = await Promise.all(kept.map(([name, value]) => this.opened(name, value)));
    return opened.filter((one) => one !== null);
  }

  /** The whole of what the service says now takes the place of what was there; call it alone. @param {ReadonlyArray<Entry>} entries @returns {Promise<void>} */
  async replace(entries) {
    const before = (await this.storage.all("doors")).map(([name]) => name).filter((name) => name.startsWith(`${this.as} `));
    const puts = await Promise.all(entries.map((entry, place) => this.closed(`${this.as} ${entry.lock}`, entry, place)));
    const stay = new Set(puts.map((put) => put.name));
    const gone = before.filter((name) => !stay.has(name)).map((name) => ({ drawer: "doors", name }));
    await this.storage.change([...gone, ...puts, { drawer: "phone", name: `fresh ${this.as}`, put: this.now() }]);
  }

  /** A receipt of this version was checked here; that is true in both views. @param {string} lock @param {number} ver @returns {Promise<void>} */
  async hold(lock, ver) {
    await this.storage.alone(async () => {
      for (const name of [`resident ${lock}`, `manager ${lock}`]) {
        const kept = await this.storage.get("doors", name);
        const opened = kept === undefined ? null : await this.opened(name, kept);
        if (opened === null || ver <= opened.entry.held) continue;
        await this.storage.change([await this.closed(name, { ...opened.entry, held: ver }, opened.place)]);
      }
    });
  }

  /** The lock has signed that it is empty: there is nothing left to bring there. @param {string} lock @returns {Promise<void>} */
  async forget(lock) {
    const changes = [`resident ${lock}`, `manager ${lock}`].map((name) => ({ drawer: "doors", name }));
    await this.storage.alone(() => this.storage.change(changes));
  }

  /** @returns {Promise<CryptoKey>} */
  async sealingKey() {
    const kept = await this.storage.get("phone", "sealing");
    if (kept !== undefined) return /** @type {CryptoKey} */ (kept);
    return /** @type {CryptoKey} */ (await this.storage.keep("phone", "sealing", await freshSealingKey()));
  }

  /** @param {string} label @param {Entry} entry @param {number} place @returns {Promise<Change>} */
  async closed(label, entry, place) {
    const { serial, door, name, ver, proven, until_ms, info, grants, bundle, ack, held, release } = entry;
    const firmware = entry.firmware === null ? null : [entry.firmware.offer, entry.firmware.digest];
    const plain = encode([
      place,
      serial,
      door,
      name,
      entry.class,
      ver,
      proven,
      until_ms,
      info,
      grants,
      bundle,
      ack,
      held,
      release,
      firmware,
    ]);
    return { drawer: "doors", name: label, put: await seal(await this.sealingKey(), plain, utf8(label)) };
  }

  /** What does not open is not there: the next inbox brings it anew. @param {string} label @param {unknown} kept @returns {Promise<{entry: Entry, place: number} | null>} */
  async opened(label, kept) {
    try {
      return await this.#read(label, kept);
    } catch (problem) {
      if (problem instanceof NotCanonical || (problem instanceof DOMException && problem.name === "OperationError")) return null;
      throw problem;
    }
  }

  /** @param {string} label @param {unknown} kept @returns {Promise<{entry: Entry, place: number}>} */
  async #read(label, kept) {
    const plain = await unseal(await this.sealingKey(), /** @type {Sealed} */ (kept), utf8(label));
    const [place, serial, door, name, cls, ver, proven, until_ms, info, grants, bundle, ack, held, release, firmware] = listOf(
      decode(plain, ENTRY_BYTES_MAX),
    );
    const entry = {
      lock: label.slice(label.indexOf(" ") + 1),
      serial: perhaps(serial, textOf),
      door: perhaps(door, textOf),
      name: perhaps(name, textOf),
      class: wholeOf(cls),
      ver: wholeOf(ver),
      proven: wholeOf(proven),
      until_ms: wholeOf(until_ms),
      info: bytesOf(info),
      grants: listOf(grants).map((grant) => bytesOf(grant)),
      bundle: perhaps(bundle, (value) => bytesOf(value)),
      ack: perhaps(ack, (value) => bytesOf(value)),
      held: wholeOf(held),
      release: perhaps(release, (value) => bytesOf(value)),
      firmware: perhaps(firmware, firmwareOf), // absent in what an earlier version of this page kept
    };
    // An earlier version of this page kept more of doors that one only passes.
    return { entry: entry.class === CLS.courier ? { ...entry, ...NAMELESS } : entry, place: wholeOf(place) };
  }
}

/** Drawers of this phone leave nothing behind, what was begun at a lock included. @param {Storage} storage @returns {Promise<void>} */
export function emptied(storage) {
  return storage.alone(() => storage.change(DRAWERS.map((drawer) => ({ drawer, name: "", clear: true }))));
}

/** @param {unknown} said `[offer, digest]` @returns {{offer: Bytes, digest: Bytes}} @throws {NotCanonical} */
export function firmwareOf(said) {
  const [offer, digest] = listOf(said, 2);
  return { offer: bytesOf(offer), digest: bytesOf(digest, 32) };
}
