/**
 * The QR code on a housing (protocol A.2): which lock this is, and the secret with which it may be given an owner, once.
 *
 * @typedef {{lockId: Bytes, secret: Bytes, model: number}} Sticker
 */
/** @import { Bytes } from "./bytes.js" */

import { concat, unbase45, utf8 } from "./bytes.js";
import { decode, NotCanonical } from "./cbor.js";
import { publicOf } from "./noise.js";
import { bytesOf, listOf, wholeOf } from "./shapes.js";

const TEXT_CHARACTERS_MAX = 64;

/** @param {string} text of the QR code @returns {Sticker} @throws {RangeError | NotCanonical} for anything else */
export function readSticker(text) {
  if (text.length > TEXT_CHARACTERS_MAX) throw new NotCanonical("too long for a sticker");
  const [version, lockId, secret, model] = listOf(decode(unbase45(text.trim()), 64), 4);
  if (version !== 1) throw new NotCanonical("another kind of sticker");
  return { lockId: bytesOf(lockId, 8), secret: bytesOf(secret, 16), model: wholeOf(model, 255) };
}

/** What both ends know from the sticker alone. @param {Sticker} sticker @returns {Promise<{psk: Bytes, lockKey: Bytes}>} */
export async function activationKeys({ lockId, secret }) {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  /** @param {string} purpose */
  const derive = async (purpose) => new Uint8Array(await crypto.subtle.sign("HMAC", key, concat(utf8(purpose), lockId)));
  return { psk: await derive("dl/act/psk/1"), lockKey: await publicOf(await derive("dl/act/static/1")) };
}
