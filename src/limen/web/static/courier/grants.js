/**
 * A person's right at one door for a while, made for this phone alone; and this phone's proof that it is here now (protocol C.1, C.2).
 *
 * @typedef {{lockId: Bytes, epoch: number, aclVer: number, cls: number, rights: number, sched: number | null, subj: number,
 *   phoneKey: Bytes, iat_s: number, exp_s: number, nbf_s: number | null, statement: Bytes}} Grant
 */
/** @import { Bytes } from "./bytes.js" */

import { concat, sha256, unsigned, utf8 } from "./bytes.js";
import { decode, encode, NotCanonical } from "./cbor.js";
import { TYP, unverifiedPayload } from "./cose.js";
import { bytesOf, listOf, mapOf, perhaps, wholeOf } from "./shapes.js";

export const RIGHT = Object.freeze({ unlock: 1, push: 2, pull: 4, diagnostics: 8, privacyOverride: 16, remote: 32 });
export const CLS = Object.freeze({
  resident: 1,
  appGuest: 2,
  codeHolder: 3,
  staff: 4,
  vendor: 5,
  manager: 6,
  courier: 7,
  gateway: 8,
  installer: 9,
});
export const GRANT_BYTES_MAX = 512;
const SCOPE = -65537;
const U32 = 0xffffffff;
/** @type {ReadonlySet<number>} */
const PUSH_ONLY = new Set([CLS.manager, CLS.courier, CLS.installer]);

/** Reads what the service minted; only a lock verifies it. @param {Uint8Array} statement @returns {Grant} @throws {NotCanonical} */
export function readGrant(statement) {
  const claims = mapOf(decode(unverifiedPayload(statement, TYP.grant, GRANT_BYTES_MAX), GRANT_BYTES_MAX));
  const [lockId, epoch, aclVer, cls, rights, sched, subj] = listOf(claims.get(SCOPE), 7);
  return {
    lockId: bytesOf(lockId, 8),
    epoch: wholeOf(epoch, U32),
    aclVer: wholeOf(aclVer, U32),
    cls: wholeOf(cls, 9),
    rights: wholeOf(rights, 63),
    sched: perhaps(sched, (value) => wholeOf(value, U32)),
    subj: wholeOf(subj),
    phoneKey: confirmedKey(claims.get(8)),
    iat_s: wholeOf(claims.get(6), U32),
    exp_s: wholeOf(claims.get(4), U32),
    nbf_s: perhaps(claims.get(5), (value) => wholeOf(value, U32)),
    statement: Uint8Array.from(statement),
  };
}

/** @param {unknown} confirmation RFC 8747 @returns {Bytes} 33 bytes */
function confirmedKey(confirmation) {
  const key = mapOf(mapOf(confirmation).get(1));
  const odd = key.get(-3);
  if (key.size !== 4 || key.get(1) !== 2 || key.get(-1) !== 1 || typeof odd !== "boolean") throw new NotCanonical("no phone key");
  return concat(Uint8Array.of(odd ? 3 : 2), bytesOf(key.get(-2), 32));
}

/** What a lock will honour (protocol B.6, B.10): managers, couriers and installers push and nothing else. @param {Grant} grant */
export function effectiveRights({ cls, rights }) {
  if (PUSH_ONLY.has(cls)) return rights & RIGHT.push;
  if (cls === CLS.gateway) return rights & (RIGHT.push | RIGHT.pull | RIGHT.remote);
  return rights & ~RIGHT.remote;
}

/**
 * The windows in the order in which to present them: what holds by this phone's clock first, the longest first. The clock only orders;
 * the lock decides by its own (protocol B.9, T3).
 * @param {ReadonlyArray<Uint8Array>} statements of one door @param {number} now_ms
 * @returns {Grant[]}
 */
export function grantsInOrder(statements, now_ms) {
  const now_s = now_ms / 1000;
  /** @param {Grant} grant */
  const rank = (grant) => ((grant.nbf_s ?? 0) <= now_s && now_s < grant.exp_s ? 2 ** 33 : 0) + grant.exp_s;
  return statements.map(readGrant).sort((one, other) => rank(other) - rank(one));
}

/** What the person meant, inside the proof (protocol C.5). @param {number} door number from DoorInfo @returns {Bytes} */
export function unlockContext(door) {
  return concat(unsigned(door, 4), utf8("tap"));
}

/**
 * What the phone signs: worth nothing in another session, at another lock, with another grant or for another operation.
 * @param {Bytes} h of this session @param {Bytes} grant the statement @param {number} op @param {Bytes} context
 * @returns {Promise<Bytes>}
 */
export async function proofMessage(h, grant, op, context) {
  return concat(utf8("dl/pop/1"), h, await sha256(grant), Uint8Array.of(op), context);
}

/** SHA-256(COSE_Key)[0..8], the name of a phone in a list of removed ones. @param {Bytes} publicKey 33 bytes @returns {Promise<Bytes>} */
export async function key8(publicKey) {
  const key = new Map()
    .set(1, 2)
    .set(-1, 1)
    .set(-2, publicKey.slice(1))
    .set(-3, publicKey[0] === 3);
  return (await sha256(encode(key))).slice(0, 8);
}
