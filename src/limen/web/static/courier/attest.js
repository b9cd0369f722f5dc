/**
 * What a lock says of itself before it has an owner (protocol A.3). The service judges it; this phone only checks that it was said here and now.
 */
/** @import { Bytes } from "./bytes.js" */

import { equal } from "./bytes.js";
import { decode, NotCanonical } from "./cbor.js";
import { TYP, unverifiedPayload } from "./cose.js";
import { bytesOf, listOf } from "./shapes.js";

const ATTEST_BYTES_MAX = 4096;

/** @param {Uint8Array} attest @returns {unknown[]} lock, certificate, n_s, n_l, firmware, xs, h */
function said(attest) {
  return listOf(decode(unverifiedPayload(attest, TYP.attest), ATTEST_BYTES_MAX), 7);
}

/** @param {Uint8Array} attest @param {{lockId: Bytes, nonce: Bytes, h: Bytes}} here @throws {NotCanonical} when it is of another lock, question or session */
export function checkAttest(attest, here) {
  const [lockId, , nonce, , , , h] = said(attest);
  const fits = equal(bytesOf(lockId, 8), here.lockId) && equal(bytesOf(nonce, 16), here.nonce) && equal(bytesOf(h, 32), here.h);
  if (!fits) throw new NotCanonical("said elsewhere, or to somebody else");
}

/** The key its certificate names: whether the factory signed that is for the service to say. @param {Uint8Array} attest @returns {Bytes} 33 bytes */
export function unverifiedIdKey(attest) {
  const certificate = unverifiedPayload(bytesOf(said(attest)[1]), TYP.certificate);
  return bytesOf(listOf(decode(certificate, 512), 4)[3], 33);
}
