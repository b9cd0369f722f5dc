/**
 * Updating a door: changes and time go down; with `pull` battery and sealed record come up (SYNC-1, SYNC-2).
 *
 * Stopping or losing the lock at any moment loses nothing: what was sent stays there, what came is on this phone, calling again goes on.
 * "Confirmed" is said only of a receipt that was checked here, "wiped" of the lock's own word that it is empty after its ownership has ended.
 *
 * @typedef {{ver: number, lock_ms: number | null, at_ms: number}} Confirmed `lock_ms` is the lock's own time, `at_ms` this phone's
 * @typedef {{result: "confirmed" | "wiped" | "interrupted" | "nothing" | Failure, reason: string | null, receipt: Confirmed | null, handedIn: boolean,
 *   battery: number | null, records: number, image: Brought | null, proof: string | null}} Updated `image`: what became of firmware for the lock,
 *   where this phone has it; `proof`: the key of its receipt in the outbox
 * @typedef {{receipt: Receipt, key: string}} Proof
 * @typedef {{courier: Courier, lock: string, pull: boolean, onstep: (step: Step) => void}} Facts
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Courier } from "./courier.js" */
/** @import { Brought } from "./firmware.js" */
/** @import { Grant } from "./grants.js" */
/** @import { Failure, Step } from "./reach.js" */
/** @import { Receipt } from "./receipts.js" */
/** @import { LockSession } from "./session.js" */
/** @import { Entry } from "./wallet.js" */

import { readBundle } from "./bundles.js";
import { unhex } from "./bytes.js";
import { NotCanonical } from "./cbor.js";
import { repairTime } from "./clockwork.js";
import { deliver } from "./delivery.js";
import { readDoorInfo } from "./doorinfo.js";
import { bringImage } from "./firmware.js";
import { effectiveRights, grantsInOrder, RIGHT } from "./grants.js";
import { PhoneRemoved } from "./inbox.js";
import { OP } from "./operations.js";
import { reading } from "./passing.js";
import { checkedReceipt, wipedReceipt } from "./proof.js";
import { failure, introduce, isBroken, meet, whomOf } from "./reach.js";
import { anotherMayFit } from "./refusals.js";
import { NoSignal, Refused } from "./service.js";
import { Denied } from "./session.js";
import { bytesOf } from "./shapes.js";
import { StorageFull } from "./storage.js";

const EMPTY = new Uint8Array(0);
const NEWER_MAX = 4;
const PHOTOS_MAX = 64;
const SEGMENTS_MAX = 4096; // no record is longer; what has no end is no record
/** @type {Updated} */
const NOTHING = { result: "nothing", reason: null, receipt: null, handedIn: false, battery: null, records: 0, image: null, proof: null };

/**
 * @param {{courier: Courier, lock: string, pull: boolean, onstep?: (step: Step) => void, signal?: AbortSignal}} facts
 * @returns {Promise<Updated>} rejects only for what no page can expect, and `PhoneRemoved`
 */
export async function update({ courier, lock, pull, onstep = () => undefined, signal = new AbortController().signal }) {
  const facts = { courier, lock, pull, onstep };
  let fetched = false;
  for (;;) {
    if (courier.turns.opening !== null) onstep({ name: "yielding" });
    await courier.turns.clear();
    const answer = await courier.turns.update((stop) => attempt(facts, stop, !fetched), signal);
    fetched = true;
    const gaveWay = answer.result === "stopped" && !signal.aborted;
    if (!gaveWay) return answer;
  }
}

/** @param {Facts} facts @param {AbortSignal} signal @param {boolean} fetch @returns {Promise<Updated>} */
async function attempt(facts, signal, fetch) {
  const { courier, lock, onstep } = facts;
  if (fetch) {
    try {
      await choose(courier, lock); // the tap counts for some seconds only, and fetching may take longer
    } catch (problem) {
      return { ...NOTHING, ...failure(problem, signal) };
    }
    onstep({ name: "fetching" });
    if (await refresh(courier)) await courier.images.refresh();
  }
  const entry = await courier.wallet.entry(lock);
  if (entry === null || entry.grants.length === 0) return NOTHING;
  const updated = { ...NOTHING };
  let begun = false;
  try {
    const session = await begin(facts, entry, signal);
    begun = true;
    try {
      const key = await converse({ ...facts, entry, session, signal, updated });
      const handedIn = handIn(courier, key);
      const [image] = await Promise.all([firmware({ ...facts, entry, session, signal, updated }), handedIn]); // the proof does not wait for it
      return { ...updated, image, handedIn: await handedIn, proof: key };
    } finally {
      session.close();
    }
  } catch (problem) {
    return { ...updated, ...told(problem, signal, begun) };
  }
}

/** @param {Courier} courier @param {string} lock */
async function choose({ channel, wallet }, lock) {
  const entry = await wallet.entry(lock);
  if (entry !== null) await channel?.choose(whomOf(readDoorInfo(entry.info)));
}

/** After a session has begun whatever breaks it is an interruption. @param {unknown} problem @param {AbortSignal} signal @param {boolean} begun */
function told(problem, signal, begun) {
  if (signal.aborted) return { result: /** @type {const} */ ("stopped"), reason: null };
  if (problem instanceof Interrupted || problem instanceof StorageFull)
    return { result: /** @type {const} */ ("interrupted"), reason: null };
  const { result, reason } = failure(problem, signal);
  return { result: begun && result === "out_of_reach" ? /** @type {const} */ ("interrupted") : result, reason };
}

/** The lock did not come to the end of it; the next try goes on from here. */
class Interrupted extends Error {}

/** @param {Facts} facts @param {Entry} entry @param {AbortSignal} signal @returns {Promise<LockSession>} in which this phone may push */
async function begin(facts, entry, signal) {
  const wanted = RIGHT.push | (facts.pull ? RIGHT.pull : 0);
  const grants = grantsInOrder(entry.grants, facts.courier.now()).filter((grant) => (effectiveRights(grant) & wanted) === wanted);
  for (const [place, grant] of grants.entries()) {
    try {
      return await beginWith(facts, entry, grant, signal);
    } catch (problem) {
      const another = problem instanceof Denied && anotherMayFit(problem.reason) && place + 1 < grants.length;
      if (!another) throw problem;
    }
  }
  throw new Denied("no_right");
}

/** @param {Facts} facts @param {Entry} entry @param {Grant} grant @param {AbortSignal} signal @returns {Promise<LockSession>} */
async function beginWith({ courier, onstep }, entry, grant, signal) {
  const session = await meet({ courier, info: readDoorInfo(entry.info), onstep, signal });
  try {
    await introduce({ courier, session, grant, op: OP.manifest, context: EMPTY });
    return session;
  } catch (problem) {
    session.close();
    throw problem;
  }
}

/** @typedef {Facts & {entry: Entry, session: LockSession, signal: AbortSignal, updated: Updated}} Conversation */

/** In the order in which it matters if it ends halfway: time, changes, what may go from the record, then what comes up. @param {Conversation} facts @returns {Promise<string>} the proof's key in the outbox */
async function converse(facts) {
  const { courier, entry, session, signal } = facts;
  if (entry.release !== null) {
    facts.onstep({ name: "sending", done: 0, total: 1 });
    const key = await wipedReceipt({ courier, entry, statement: await session.release(entry.release) });
    facts.updated.result = "wiped";
    return key;
  }
  if (session.presented?.wantsTime) await repairTime({ session, wallet: courier.wallet, service: courier.service, signal });
  const sent = await sendAll(facts);
  try {
    return await afterwards(facts, sent.ver);
  } catch (problem) {
    // What was brought took this phone's own access away: the lock signed for it and says nothing more.
    if (!(problem instanceof Denied) || sent.proof === null) throw problem;
    return proved(facts, sent.proof, sent.ver);
  }
}

/** @param {Conversation} facts @param {number} brought the version that was sent @returns {Promise<string>} the proof's key in the outbox */
async function afterwards(facts, brought) {
  const { courier, entry, session, pull, onstep, updated } = facts;
  if (entry.ack !== null) await session.acknowledge(entry.ack);
  if (pull) {
    onstep({ name: "reading" });
    updated.battery = await reading(facts);
    await pullRecord(facts);
  }
  onstep({ name: "confirming" });
  const statement = await session.receipt(await serviceNonce(facts));
  if (statement === null) throw new Interrupted("no receipt");
  const checked = await checkedReceipt({ courier, entry, statement });
  if (checked === null) throw new Interrupted("no receipt of a list");
  const key = proved(facts, checked, brought);
  if (pull) await pullPhotos(facts);
  return key;
}

/** @param {Conversation} facts @param {Proof} proof @param {number} brought @returns {string} the proof's key in the outbox */
function proved({ courier, updated }, { receipt, key }, brought) {
  const { lock_s, ver } = receipt;
  updated.receipt = { ver, lock_ms: lock_s === null ? null : lock_s * 1000, at_ms: courier.now() };
  // A lock that holds less than was brought has said so; the service hears it from the receipt and the next bundle fits.
  updated.result = ver >= brought ? "confirmed" : "interrupted";
  return key;
}

/**
 * Sends what is carried, and what is newer when the lock has heard of something newer meanwhile.
 * @param {Conversation} facts @returns {Promise<{ver: number, proof: Proof | null}>} the version that was brought, 0 for none, and what the lock signed then
 */
async function sendAll(facts) {
  const { courier, session, signal, onstep } = facts;
  let entry = facts.entry;
  for (let round = 0; round < NEWER_MAX && entry.bundle !== null; round += 1) {
    onstep({ name: "sending", done: 0, total: (await readBundle(entry.bundle)).chunks.length });
    const { end, receipt } = await deliver({ session, bundle: await readBundle(entry.bundle), onpart: onstep, signal });
    const proof = receipt === null ? null : await checkedReceipt({ courier, entry, statement: receipt });
    if (end === "applied" || end === "already") return { ver: entry.ver, proof };
    if (end === "stopped" || end === "refused") throw new Interrupted(end);
    const newer = (await refresh(courier)) ? await courier.wallet.entry(entry.lock) : null;
    if (newer === null || newer.bundle === null || newer.ver <= entry.ver) return { ver: entry.ver, proof };
    onstep({ name: "newer" });
    entry = newer;
  }
  return { ver: entry.bundle === null ? 0 : entry.ver, proof: null };
}

/** Each piece is safe on this phone before the next is asked for. @param {Conversation} facts */
async function pullRecord({ courier, entry, session, signal, onstep, updated }) {
  for (let number = 0; number < SEGMENTS_MAX; number += 1) {
    if (signal.aborted) throw new Interrupted("stopped");
    const segment = await session.segment(number);
    if (segment === null) return;
    await courier.outbox.put("segment", entry.lock, segment);
    updated.records += 1;
    onstep({ name: "reading", done: updated.records });
  }
}

/** Last, because they are long and everything else is done: what breaks here breaks nothing. @param {Conversation} facts */
async function pullPhotos({ courier, entry, session, signal }) {
  try {
    for (let number = 0; number < PHOTOS_MAX && !signal.aborted; number += 1) {
      const parcel = await session.photo(number);
      if (parcel === null) return;
      await courier.outbox.put("photo", entry.lock, parcel);
    }
  } catch (problem) {
    if (!(isBroken(problem) || problem instanceof StorageFull || problem instanceof Denied)) throw problem;
  }
}

/** After everything else: it may take minutes, and the list is proved. @param {Conversation} facts @returns {Promise<Brought | null>} null: none is carried for this lock */
async function firmware({ courier, entry, session, signal, onstep, updated }) {
  if (entry.firmware === null || updated.result === "wiped") return null;
  const image = await courier.images.image(entry.firmware.digest);
  if (image === null) return null;
  /** @param {number} done @param {number} total */
  const onpart = (done, total) => onstep({ name: "image", done, total });
  return bringImage({ session, offer: entry.firmware.offer, image, onpart, signal });
}

/** With signal the receipt is a fresh proof. @param {Conversation} facts @returns {Promise<Bytes | null>} */
async function serviceNonce({ courier, lock, signal }) {
  try {
    const answer = await courier.service.ask("/gateway/nonce", new Map().set("lock", unhex(lock)), signal);
    return bytesOf(answer.get("nonce"), 16);
  } catch (problem) {
    if (problem instanceof NoSignal || problem instanceof Refused || problem instanceof NotCanonical) return null;
    throw problem;
  }
}

/** With signal: whether the service has this very proof; then what is new is fetched. @param {Courier} courier @param {string | null} key @returns {Promise<boolean>} */
async function handIn(courier, key) {
  try {
    await courier.outbox.handIn();
    if (key === null || !courier.outbox.took(key)) return false;
    await refresh(courier);
  } catch (problem) {
    if (!(problem instanceof Refused || problem instanceof NotCanonical || problem instanceof PhoneRemoved)) throw problem;
  }
  return key !== null && courier.outbox.took(key);
}

/** What is carried is good even when the service does not answer, or not this session, or nothing new finds room. @param {Courier} courier @returns {Promise<boolean>} */
async function refresh(courier) {
  try {
    return await courier.inbox.refresh();
  } catch (problem) {
    if (problem instanceof Refused || problem instanceof NotCanonical || problem instanceof StorageFull) return false;
    throw problem;
  }
}
