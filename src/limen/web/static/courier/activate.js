/**
 * Giving a lock an owner (protocol A.3): the lock attests, the service answers with a ticket and the first list, the lock takes both or neither.
 *
 * Between the two halves may lie a walk upstairs: what the lock said stays on this phone for 24 hours. The sticker's secret is used for the
 * handshake and nothing else; it is neither kept nor sent. Where it cannot be read, the digits under the battery cover are proved instead
 * (`cover.js`). A lock that is active and whose inside button was held does not know its sticker: there the installer comes with a grant of its owner.
 *
 * @typedef {{result: "active" | "needs_signal" | "no_signal" | "wrong_digits" | Failure, reason: string | null, said: string | null, left?: number}} Activated
 *   `reason` is the lock's word, `said` the service's sentence, `left` the tries until the button is pressed again
 * @typedef {{door: string, nonce: Bytes, info?: Bytes, grant?: Bytes, attest?: Bytes, h?: Bytes, ticket?: Bytes, snapshot?: Bytes, at_ms: number}} Staged
 * @typedef {{courier: Courier, door: string, swap: boolean, onstep: (step: Step) => void, signal: AbortSignal}} Wishes
 * @typedef {Wishes & {sticker: Sticker, uncovered: Uncovered | null}} Facts with `uncovered` the sticker has no secret yet
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Whom } from "./channel.js" */
/** @import { Courier } from "./courier.js" */
/** @import { Uncovered } from "./cover.js" */
/** @import { Failure, Step } from "./reach.js" */
/** @import { LockSession } from "./session.js" */
/** @import { Sticker } from "./sticker.js" */

import { checkAttest, unverifiedIdKey } from "./attest.js";
import { readBundle } from "./bundles.js";
import { hex, unhex } from "./bytes.js";
import { LinkEnded } from "./channel.js";
import { prove, readCover, uncover, WrongDigits } from "./cover.js";
import { deliver } from "./delivery.js";
import { readDoorInfo } from "./doorinfo.js";
import { readGrant } from "./grants.js";
import { OP } from "./operations.js";
import { failure, introduce, meet, Unsupported } from "./reach.js";
import { openReceipt } from "./receipts.js";
import { NoSignal, Refused } from "./service.js";
import { Denied, LockSession as Sessions } from "./session.js";
import { bytesOf } from "./shapes.js";
import { activationKeys, readSticker } from "./sticker.js";

const ATTESTED_MS = 24 * 3600 * 1000;

/**
 * @param {{courier: Courier, door: string, sticker: string | {name: string, digits: string}, swap?: boolean, onstep?: (step: Step) => void,
 *   signal?: AbortSignal}} wishes `door` as in the page's address; `sticker` the text of the QR code, or what stands under the battery cover; `swap`: it
 * takes the place of the lock that is on the door now
 * @returns {Promise<Activated>} `needs_signal`: the lock has answered, fetch signal and call again within 24 hours; `no_signal`: it has not,
 *   and nothing has begun
 * @throws {NotCanonical | RangeError} when that is no sticker of a lock and no cover
 */
export async function activate({ courier, door, sticker, swap = false, onstep = () => undefined, signal = new AbortController().signal }) {
  const wishes = { courier, door, swap, onstep, signal };
  const read = typeof sticker === "string" ? readSticker(sticker) : readCover(sticker);
  /** @type {Facts | null} */
  let facts = null;
  try {
    facts = "lockId" in read ? { ...wishes, sticker: read, uncovered: null } : await uncovering(wishes, read);
    await run(facts);
    return { result: "active", reason: null, said: null };
  } catch (problem) {
    if (problem instanceof NoSignal) return { result: await withoutSignal(facts), reason: null, said: null };
    if (problem instanceof Refused) return { result: "refused", reason: null, said: problem.detail || null };
    if (problem instanceof WrongDigits) return { result: "wrong_digits", reason: null, said: null, left: problem.left };
    // Another attestation came between, or a day has passed: the lock knows nothing of this one any more.
    // A no to the digits, before there is a session, says nothing of that.
    if (problem instanceof Denied && facts !== null && facts.uncovered?.session.secured !== null) await forget(courier, facts.sticker);
    return { ...failure(problem, signal), said: null };
  }
}

/** @param {Facts | null} facts @returns {Promise<"needs_signal" | "no_signal">} whether what the lock said is kept here */
async function withoutSignal(facts) {
  const kept = facts === null ? undefined : await facts.courier.storage.get("staged", hex(facts.sticker.lockId));
  return /** @type {Staged | undefined} */ (kept)?.attest === undefined ? "no_signal" : "needs_signal";
}

/** @param {Wishes} wishes @param {{name: string, digits: string}} cover @returns {Promise<Facts>} */
async function uncovering(wishes, cover) {
  if (wishes.courier.channel === null) throw new Unsupported("this browser cannot talk to locks");
  wishes.onstep({ name: "looking" });
  const uncovered = await uncover({ courier: wishes.courier, cover, signal: wishes.signal });
  return { ...wishes, uncovered, sticker: { lockId: uncovered.lockId, secret: new Uint8Array(0), model: 0 } };
}

/** @param {Facts} facts */
async function run(facts) {
  /** @type {LockSession | null} */
  let session = null;
  try {
    let staged = await begun(facts);
    if (staged.attest === undefined) {
      session = await meetInstalling(facts, staged);
      const attest = await session.attest(staged.nonce);
      checkAttest(attest, { lockId: facts.sticker.lockId, nonce: staged.nonce, h: session.h });
      staged = await keep(facts, { ...staged, attest, h: session.h });
    }
    if (staged.ticket === undefined) staged = await keep(facts, await fetched(facts, staged));
    session ??= await meetInstalling(facts, staged);
    await handOver(facts, staged, session);
  } finally {
    session?.close();
    facts.uncovered?.session.close();
  }
}

/** What was staged for this lock and door less than a day ago, or a fresh beginning. @param {Facts} facts @returns {Promise<Staged>} */
async function begun(facts) {
  const { courier, door, sticker } = facts;
  const kept = /** @type {Staged | undefined} */ (await courier.storage.get("staged", hex(sticker.lockId)));
  if (kept !== undefined && kept.door === door && courier.now() - kept.at_ms < ATTESTED_MS) return kept;
  facts.onstep({ name: "fetching" });
  const question = new Map().set("door", doorBytes(door)).set("lock", sticker.lockId).set("swap", facts.swap);
  const phone = await courier.wallet.phone();
  if (phone !== null) question.set("phone", phone.id);
  const answer = await courier.service.ask("/gateway/activation/begin", question, facts.signal);
  const anew = answer.has("grant") ? { info: bytesOf(answer.get("info")), grant: bytesOf(answer.get("grant")) } : {};
  return keep(facts, { door, nonce: bytesOf(answer.get("n_s"), 16), ...anew, at_ms: courier.now() });
}

/** @param {Facts} facts @param {Staged} staged @returns {Promise<Staged>} */
async function keep({ courier, sticker }, staged) {
  await courier.storage.change([{ drawer: "staged", name: hex(sticker.lockId), put: staged }]);
  return staged;
}

/** The lock as its sticker describes it. @param {Facts} facts @returns {Promise<Whom>} */
async function whom({ sticker }) {
  return { lockId: sticker.lockId, lockKey: (await activationKeys(sticker)).lockKey };
}

/** @param {Facts} facts @param {Staged} staged @returns {Promise<LockSession>} with the lock that carries this sticker */
async function meetInstalling(facts, staged) {
  const { courier, sticker, onstep, signal, uncovered } = facts;
  if (uncovered !== null) return uncoveredSession(facts, uncovered);
  if (courier.channel === null) throw new Unsupported("this browser cannot talk to locks");
  onstep({ name: "looking" });
  const owned = staged.grant === undefined ? null : await meetOwned(facts, staged);
  if (owned !== null) return owned;
  const link = await courier.channel.open(await whom(facts), signal);
  onstep({ name: "connecting" });
  const { lockKey, psk } = await activationKeys(sticker);
  return Sessions.open({ link, lockId: sticker.lockId, lockKey, psk, signal });
}

/** The lock that the cover named, on the link that it was asked on. @param {Facts} facts @param {Uncovered} uncovered @returns {Promise<LockSession>} */
async function uncoveredSession({ courier, door, onstep, signal }, uncovered) {
  onstep({ name: "connecting" });
  const sticker = await prove(uncovered, { courier, door: doorBytes(door), signal });
  const { lockKey, psk } = await activationKeys(sticker);
  await uncovered.session.shake({ lockId: sticker.lockId, lockKey, psk });
  return uncovered.session;
}

/**
 * One of the two ways in is worth nothing at a lock: with an owner it knows its owner's, without one its sticker's.
 * @param {Facts} facts @param {Staged} staged @returns {Promise<LockSession | null>}
 */
async function meetOwned({ courier, onstep, signal }, staged) {
  const info = readDoorInfo(bytesOf(staged.info));
  const grant = readGrant(bytesOf(staged.grant));
  /** @type {LockSession | null} */
  let session = null;
  try {
    session = await meet({ courier, info, onstep, signal });
    await introduce({ courier, session, grant, op: OP.manifest, context: new Uint8Array(0) });
    return session;
  } catch (problem) {
    session?.close();
    if (problem instanceof Unsupported || signal.aborted) throw problem;
    return null;
  }
}

/** @param {Facts} facts @param {Staged} staged @returns {Promise<Staged>} */
async function fetched({ courier, door, onstep, signal }, staged) {
  onstep({ name: "fetching" });
  const question = new Map().set("door", doorBytes(door)).set("attest", staged.attest).set("h", staged.h);
  const answer = await courier.service.ask("/gateway/activation/finish", question, signal);
  return { ...staged, ticket: bytesOf(answer.get("ticket")), snapshot: bytesOf(answer.get("snapshot")) };
}

/** Ticket and list; only the receipt of that list says that the lock is active. @param {Facts} facts @param {Staged} staged @param {LockSession} session */
async function handOver({ courier, sticker, onstep, signal }, staged, session) {
  const bundle = await readBundle(bytesOf(staged.snapshot));
  onstep({ name: "sending", done: 0, total: bundle.chunks.length });
  await session.ticket(bytesOf(staged.ticket));
  const { end, receipt } = await deliver({ session, bundle, onpart: onstep, signal });
  if (receipt === null && end === "stopped") throw new LinkEnded("stopped halfway");
  if (receipt === null) throw new Denied(null);
  onstep({ name: "confirming" });
  const idKey = unverifiedIdKey(bytesOf(staged.attest));
  await openReceipt(receipt, { lockId: sticker.lockId, epoch: bundle.manifest.epoch, idKey });
  await courier.outbox.put("receipt", hex(sticker.lockId), receipt);
  await forget(courier, sticker);
  await courier.outbox.handIn().catch((problem) => {
    if (!(problem instanceof Refused)) throw problem;
  });
}

/** @param {Courier} courier @param {Sticker} sticker */
async function forget(courier, sticker) {
  await courier.storage.change([{ drawer: "staged", name: hex(sticker.lockId) }]);
}

/** @param {string} door a UUID @returns {Bytes} */
function doorBytes(door) {
  return unhex(door.replaceAll("-", ""));
}
