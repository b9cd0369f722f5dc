/**
 * Signed statements: COSE_Sign1 with ES256, the verifying key chosen by the type of the statement (RFC 9052, 9053; protocol A.4).
 *
 * A key handed in for one type never verifies another, and only the lower of the two possible `s` is a signature.
 */
/** @import { Bytes } from "./bytes.js" */
/** @typedef {{kid: Bytes, sign: (message: Bytes) => Promise<Bytes>}} Signer */

import { concat, equal, sha256 } from "./bytes.js";
import { decode, encode, NotCanonical } from "./cbor.js";
import { bytesOf, listOf, mapOf, wholeOf } from "./shapes.js";

/** Nobody who may sign this type has signed these bytes. */
export class NotSigned extends Error {}

export const TYP = Object.freeze({
  grant: 65001,
  manifest: 65002,
  receipt: 65003,
  time: 65004,
  ticket: 65005,
  attest: 65006,
  doorInfo: 65007,
  root: 65009,
  release: 65010,
  logAck: 65011,
  certificate: 65012,
  telemetry: 65013,
});

export const STATEMENT_BYTES_MAX = 6144;
const ES256 = { name: "ECDSA", hash: "SHA-256" };
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const CURVE_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** @param {Uint8Array} bytes */
function big(bytes) {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** @param {bigint} value @returns {Bytes} 32 bytes */
function unbig(value) {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * (31 - index))) & 255n));
}

/** The root of a square in the field: its prime is 3 modulo 4, so a power does it. @param {bigint} square */
function rootOf(square) {
  let [result, base, power] = [1n, square, (FIELD + 1n) / 4n];
  while (power > 0n) {
    if (power & 1n) result = (result * base) % FIELD;
    base = (base * base) % FIELD;
    power >>= 1n;
  }
  return result;
}

/**
 * Browsers read only the long form of a point (SEC 1 section 2.3.4); the wire carries the short one.
 * @param {Uint8Array} compressed 33 bytes @returns {Bytes} 65 bytes @throws {NotCanonical} when they are no point of P-256
 */
export function uncompressed(compressed) {
  const sign = compressed[0];
  const x = big(compressed.subarray(1));
  if (compressed.length !== 33 || (sign !== 2 && sign !== 3) || x >= FIELD) throw new NotCanonical("no public key");
  const square = ((((x * x - 3n) * x + CURVE_B) % FIELD) + FIELD) % FIELD;
  const root = rootOf(square);
  if ((root * root) % FIELD !== square) throw new NotCanonical("no public key");
  const y = Number(root & 1n) === sign - 2 ? root : FIELD - root;
  return concat(Uint8Array.of(4), unbig(x), unbig(y));
}

/** @param {CryptoKey} key a public P-256 key @returns {Promise<Bytes>} 33 bytes */
export async function compressed(key) {
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", key));
  return concat(Uint8Array.of(2 + (Number(raw[64]) & 1)), raw.subarray(1, 33));
}

/** @param {Uint8Array} publicKey 33 bytes @returns {Promise<Bytes>} the 4 bytes by which a statement names its key */
export async function kidOf(publicKey) {
  return (await sha256(publicKey)).slice(0, 4);
}

/** @param {Bytes} protectedHeader @param {Bytes} payload @returns {Bytes} */
function toSign(protectedHeader, payload) {
  return encode(["Signature1", protectedHeader, new Uint8Array(0), payload]);
}

/** @param {Uint8Array} statement @param {number} limit */
function parts(statement, limit) {
  const [head, unprotected, payload, signature] = listOf(decode(statement, limit), 4);
  if (mapOf(unprotected).size !== 0) throw new NotCanonical("an unprotected header");
  const header = mapOf(decode(bytesOf(head), 32));
  if (header.size !== 3 || header.get(1) !== -7) throw new NotCanonical("another header");
  return {
    head: bytesOf(head),
    typ: wholeOf(header.get(16), 0xffff),
    kid: bytesOf(header.get(4), 4),
    payload: bytesOf(payload),
    signature: bytesOf(signature, 64),
  };
}

/**
 * What a statement claims, before anybody has checked it: for choosing and counting, never for believing.
 * @param {Uint8Array} statement @param {number} typ @param {number} [limit] bytes @returns {Bytes} the payload
 */
export function unverifiedPayload(statement, typ, limit = STATEMENT_BYTES_MAX) {
  const found = parts(statement, limit);
  if (found.typ !== typ) throw new NotCanonical("another type of statement");
  return found.payload;
}

/**
 * The payload, if one of these keys signed it as a statement of this type.
 * @param {Uint8Array} statement @param {number} typ @param {ReadonlyArray<Uint8Array>} keys that may sign this type, 33 bytes each
 * @param {number} [limit] bytes
 * @returns {Promise<Bytes>} @throws {NotSigned | NotCanonical}
 */
export async function verify(statement, typ, keys, limit = STATEMENT_BYTES_MAX) {
  const found = parts(statement, limit);
  if (found.typ !== typ) throw new NotSigned("another type of statement");
  if (big(found.signature.subarray(32)) > ORDER / 2n) throw new NotSigned("not the lower signature");
  const message = toSign(found.head, found.payload);
  for (const publicKey of keys) {
    if (equal(await kidOf(publicKey), found.kid) && (await verifies(publicKey, found.signature, message))) return found.payload;
  }
  throw new NotSigned("no key of this type signed it");
}

/** @param {Uint8Array} publicKey 33 bytes @param {Bytes} signature r and s, 64 bytes @param {Bytes} message @returns {Promise<boolean>} */
export async function verifies(publicKey, signature, message) {
  const key = await crypto.subtle.importKey("raw", uncompressed(publicKey), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return crypto.subtle.verify(ES256, key, signature, message);
}

/** @param {number} typ @param {Bytes} payload @param {Signer} signer @returns {Promise<Bytes>} */
export async function sign(typ, payload, signer) {
  const head = encode(new Map().set(1, -7).set(4, signer.kid).set(16, typ));
  const signature = await signer.sign(toSign(head, payload));
  const s = big(signature.subarray(32));
  const lower = s > ORDER / 2n ? concat(signature.subarray(0, 32), unbig(ORDER - s)) : signature;
  return encode([head, new Map(), payload, lower]);
}

/** @param {CryptoKeyPair} pair P-256 @returns {Promise<Signer>} */
export async function signerOf(pair) {
  return {
    kid: await kidOf(await compressed(pair.publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(ES256, pair.privateKey, message)),
  };
}
