/**
 * What the service gives this phone to carry: per door the lock's keys, grants, the newest sealed update, the acknowledgement of records.
 *
 * The answer is the whole truth about which doors there are, and news about each; news never goes backwards.
 */
/** @import { Key } from "./cbor.js" */
/** @import { Outbox } from "./outbox.js" */
/** @import { Service } from "./service.js" */
/** @import { Entry, Wallet } from "./wallet.js" */

import { readBundle } from "./bundles.js";
import { equal, hex } from "./bytes.js";
import { NotCanonical } from "./cbor.js";
import { answerQuestions } from "./clockwork.js";
import { readDoorInfo } from "./doorinfo.js";
import { CLS, readGrant } from "./grants.js";
import { NoSignal, Refused } from "./service.js";
import { bytesOf, listOf, mapOf, perhaps, textOf, wholeOf } from "./shapes.js";
import { firmwareOf, NAMELESS } from "./wallet.js";

/** This browser is no phone of this person any more; the wallet is empty now. */
export class PhoneRemoved extends Error {}

const DOORS_MAX = 512;
const NAME_MAX = 200;
const SERIAL_MAX = 32;
const U32 = 0xffffffff;

export class Inbox {
  /** @param {{service: Service, wallet: Wallet, outbox: Outbox, onremoved?: () => unknown}} facts `onremoved`: when the wallet was emptied */
  constructor({ service, wallet, outbox, onremoved = () => undefined }) {
    this.service = service;
    this.wallet = wallet;
    this.outbox = outbox;
    this.onremoved = onremoved;
  }

  /**
   * Hands in what waits, answers what locks have asked, fetches what is new: at the start of a page, after each update, when signal is back.
   * @returns {Promise<boolean>} false without signal: what is here stays
   * @throws {PhoneRemoved | Refused}
   */
  async refresh() {
    const phone = await this.wallet.phone();
    try {
      await this.outbox.handIn();
      await answerQuestions({ wallet: this.wallet, service: this.service });
      const question = new Map().set("as", this.wallet.as);
      if (phone !== null) question.set("phone", phone.id);
      const answer = await this.service.ask("/gateway/inbox", question);
      await this.wallet.storage.alone(() => this.take(answer, phone?.id ?? null));
      return true;
    } catch (problem) {
      if (problem instanceof NoSignal) return false;
      if (!(problem instanceof Refused) || problem.type.replace("_", "-") !== "phone-removed") throw problem;
      await this.wallet.empty();
      this.onremoved();
      throw new PhoneRemoved(problem.detail);
    }
  }

  /** Call it alone. @param {Map<Key, unknown>} answer @param {string | null} asked the phone that had asked @returns {Promise<void>} */
  async take(answer, asked) {
    if (((await this.wallet.phone())?.id ?? null) !== asked) return; // signed out meanwhile: the answer is nobody's
    const listed = listOf(answer.get("doors"));
    if (listed.length > DOORS_MAX) throw new NotCanonical("more doors than one phone carries");
    const before = new Map((await this.wallet.entries()).map((entry) => [entry.lock, entry]));
    const mine = (await this.wallet.signer()).publicKey;
    const entries = await Promise.all(listed.map((value) => readEntry(mapOf(value), mine)));
    const merged = entries.map((entry) => newer(before.get(entry.lock), entry));
    await this.wallet.replace(merged);
    if (this.wallet.as === "resident") {
      await this.outbox.forgetDoors(new Set(merged.filter((entry) => entry.class !== CLS.courier).map((entry) => entry.lock)));
    }
  }

  /** Updates on this phone of which nobody has seen a proof yet. @returns {Promise<{lock: string, name: string | null, ver: number, class: number}[]>} */
  async carried() {
    const entries = (await this.wallet.entries()).filter(
      (entry) => entry.release !== null || (entry.bundle !== null && entry.ver > Math.max(entry.proven, entry.held)),
    );
    return entries.map(({ lock, name, ver, ...entry }) => ({ lock, name, ver, class: entry.class }));
  }
}

/** @param {Map<Key, unknown>} said @param {Uint8Array} mine this phone's public key @returns {Promise<Entry>} @throws {NotCanonical} */
async function readEntry(said, mine) {
  const lockId = bytesOf(said.get("lock"), 8);
  const info = bytesOf(said.get("info"));
  const known = readDoorInfo(info);
  const grants = listOf(said.get("grants")).map((grant) => bytesOf(grant));
  const strange = grants.map(readGrant).some((grant) => !equal(grant.lockId, lockId) || !equal(grant.phoneKey, mine));
  if (strange || !equal(known.lockId, lockId)) throw new NotCanonical("parts of another lock or phone");
  const bundle = perhaps(said.get("bundle"), (value) => bytesOf(value));
  if (bundle !== null && !equal((await readBundle(bundle)).manifest.lockId, lockId)) throw new NotCanonical("an update of another lock");
  return {
    lock: hex(lockId),
    ...calledOf(said),
    ver: wholeOf(said.get("ver"), U32),
    proven: wholeOf(said.get("proven"), U32),
    until_ms: wholeOf(said.get("until"), U32) * 1000,
    info,
    grants,
    bundle,
    ack: perhaps(said.get("ack"), (value) => bytesOf(value)),
    release: perhaps(said.get("release") ?? null, (value) => bytesOf(value)),
    held: 0,
    firmware: perhaps(said.get("firmware"), firmwareOf),
  };
}

/**
 * Class, and what a door is called. Of a door that this phone only passes (SYNC-13) nothing is kept but the lock-id, whatever is said.
 * @param {Map<Key, unknown>} said @returns {Pick<Entry, "class" | "serial" | "door" | "name">}
 */
function calledOf(said) {
  const cls = wholeOf(said.get("class"), 9);
  if (cls === CLS.courier) return { class: cls, ...NAMELESS };
  const name = perhaps(said.get("name"), (value) => textOf(value, NAME_MAX));
  return { class: cls, serial: textOf(said.get("serial"), SERIAL_MAX), door: uuid(bytesOf(said.get("door"), 16)), name };
}

/** List and acknowledgement whichever is newer; another epoch is another lock. @param {Entry | undefined} old @param {Entry} fresh @returns {Entry} */
function newer(old, fresh) {
  if (old === undefined || readDoorInfo(old.info).epoch !== readDoorInfo(fresh.info).epoch) return fresh;
  const merged = { ...fresh, held: Math.max(old.held, fresh.held), ack: fresh.ack ?? old.ack };
  const keep = old.bundle !== null && old.ver > Math.max(fresh.ver, fresh.proven);
  return keep ? { ...merged, ver: old.ver, bundle: old.bundle } : merged;
}

/** As it stands in addresses of pages. @param {Uint8Array} bytes 16 */
function uuid(bytes) {
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
