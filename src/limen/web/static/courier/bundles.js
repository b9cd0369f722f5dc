/**
 * A sealed update as a courier sees it: a signed manifest over chunks that only the lock opens (protocol B.1, B.4).
 *
 * @typedef {{lockId: Bytes, epoch: number, base: number, ver: number, ctlen: number, chunkLog2: number, hashes: Bytes}} Manifest
 * @typedef {{statement: Bytes, manifest: Manifest, chunks: Bytes[], size: number}} Bundle
 */
/** @import { Bytes } from "./bytes.js" */

import { equal, sha256 } from "./bytes.js";
import { decode, NotCanonical } from "./cbor.js";
import { TYP, unverifiedPayload } from "./cose.js";
import { bytesOf, listOf, mapOf, wholeOf } from "./shapes.js";

export const BUNDLE_BYTES_MAX = 1 << 20;
const HASH_BYTES = 16;
const CHUNKS_MAX = 256;
const U32 = 0xffffffff;

/**
 * An update that is whole and for this lock; whether it is genuine is for the lock to say.
 * @param {Uint8Array} carried CBOR `[manifest, [chunk…]]` @returns {Promise<Bundle>} @throws {NotCanonical}
 */
export async function readBundle(carried) {
  const [statement, listed] = listOf(decode(carried, BUNDLE_BYTES_MAX), 2);
  const manifest = readManifest(unverifiedPayload(bytesOf(statement), TYP.manifest));
  const chunks = listOf(listed).map((chunk) => bytesOf(chunk));
  if (chunks.length !== manifest.hashes.length / HASH_BYTES) throw new NotCanonical("chunks are missing");
  for (const [index, chunk] of chunks.entries()) {
    const expected = manifest.hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
    if (!equal((await sha256(chunk)).subarray(0, HASH_BYTES), expected)) throw new NotCanonical("a chunk is damaged");
  }
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, bytesOf(statement).length);
  return { statement: bytesOf(statement), manifest, chunks, size };
}

/** @param {Uint8Array} payload @returns {Manifest} */
export function readManifest(payload) {
  const said = mapOf(decode(payload, 6144));
  for (let key = 1; key <= 11; key += 1) if (!said.has(key)) throw new NotCanonical("an incomplete manifest");
  for (const key of said.keys()) if (typeof key !== "number" || key < 1 || key > 13) throw new NotCanonical("an unknown key");
  const manifest = {
    lockId: bytesOf(said.get(1), 8),
    epoch: wholeOf(said.get(2), U32),
    base: wholeOf(said.get(3), U32),
    ver: wholeOf(said.get(4), U32),
    ctlen: wholeOf(said.get(6), BUNDLE_BYTES_MAX),
    chunkLog2: wholeOf(said.get(7), 12),
    hashes: bytesOf(said.get(8)),
  };
  const count = Math.ceil(manifest.ctlen / 2 ** manifest.chunkLog2);
  if (manifest.base >= manifest.ver || count < 1 || count > CHUNKS_MAX || manifest.hashes.length !== count * HASH_BYTES) {
    throw new NotCanonical("a manifest that does not agree with itself");
  }
  return manifest;
}

/** @param {Uint8Array} statement the signed manifest @returns {Promise<Bytes>} 8 bytes by which a lock remembers what it is receiving */
export async function bundleId(statement) {
  return (await sha256(statement)).slice(0, 8);
}

/** Which chunks a courier still has to bring; bit i of byte i // 8 is chunk i. @param {Uint8Array} bitmap @param {number} count @returns {number[]} */
export function missing(bitmap, count) {
  const all = Array.from({ length: count }, (_, index) => index);
  return all.filter((index) => ((Number(bitmap[index >> 3] ?? 0) >> (index & 7)) & 1) === 0);
}
