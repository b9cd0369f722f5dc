/**
 * Noise_NK and Noise_NKpsk2 over X25519, AES-GCM and SHA-256 (Noise revision 34), as the one who begins.
 *
 * Two messages of 48 bytes: the lock proves that it holds the key of its DoorInfo before the phone says who it is.
 * After that one key for each direction; a message that does not open ends the session.
 */
/** @import { Bytes } from "./bytes.js" */
/** @typedef {{privateKey: CryptoKey, publicKey: Bytes}} KeyPair */

import { concat, unhex, utf8 } from "./bytes.js";

/** The peer is not who it should be, or somebody changed a byte. */
export class NotThePeer extends Error {}

const EMPTY = new Uint8Array(0);
const MAX_MESSAGES = 2 ** 32;
const PKCS8_X25519 = unhex("302e020100300506032b656e04220420");

/** @returns {Promise<KeyPair>} a key pair for one session, its private half not extractable */
export async function freshKeyPair() {
  const made = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
  const pair = /** @type {CryptoKeyPair} */ (made);
  return { privateKey: pair.privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

/** The public half of a private one that both ends know from a sticker. @param {Uint8Array} secret 32 bytes @returns {Promise<Bytes>} */
export async function publicOf(secret) {
  const key = await crypto.subtle.importKey("pkcs8", concat(PKCS8_X25519, secret), { name: "X25519" }, true, ["deriveBits"]);
  const { x = "" } = await crypto.subtle.exportKey("jwk", key);
  return Uint8Array.from(atob(x.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** For vectors: the pair of a known private half. @param {Uint8Array} secret 32 bytes @param {Bytes} publicKey @returns {Promise<KeyPair>} */
export async function knownKeyPair(secret, publicKey) {
  const privateKey = await crypto.subtle.importKey("pkcs8", concat(PKCS8_X25519, secret), { name: "X25519" }, false, ["deriveBits"]);
  return { privateKey, publicKey };
}

/** @param {KeyPair} mine @param {Bytes} theirs @returns {Promise<Bytes>} @throws {NotThePeer} for a key of small order */
async function agree(mine, theirs) {
  try {
    const peer = await crypto.subtle.importKey("raw", theirs, { name: "X25519" }, false, []);
    const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: peer }, mine.privateKey, 256));
    if (shared.some((byte) => byte !== 0)) return shared;
  } catch {
    // WebCrypto throws for an all-zero result; both ways end here.
  }
  throw new NotThePeer("a key that shares nothing");
}

/** @param {Bytes} key @param {...Uint8Array} parts @returns {Promise<Bytes>} */
async function hmac(key, ...parts) {
  const padded = key.length === 0 ? new Uint8Array(32) : key;
  const imported = await crypto.subtle.importKey("raw", padded, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, concat(...parts)));
}

/** Noise section 4.3. @param {Bytes} chaining @param {Bytes} material @param {number} count @returns {Promise<Bytes[]>} */
async function hkdf(chaining, material, count) {
  const temporary = await hmac(chaining, material);
  const outputs = [];
  let last = EMPTY;
  for (let index = 1; index <= count; index += 1) {
    last = await hmac(temporary, last, Uint8Array.of(index));
    outputs.push(last);
  }
  return outputs;
}

/** @param {...Uint8Array} parts @returns {Promise<Bytes>} */
async function hash(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

/** One direction: a key and how many messages went by. */
export class Cipher {
  /** @param {Bytes} key */
  constructor(key) {
    this.imported = crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
    this.count = 0;
  }

  nonce() {
    if (this.count >= MAX_MESSAGES) throw new NotThePeer("too many messages for one session");
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setBigUint64(4, BigInt(this.count));
    this.count += 1;
    return nonce;
  }

  /** @param {Bytes} plain @param {Bytes} [context] @returns {Promise<Bytes>} */
  async seal(plain, context = EMPTY) {
    const how = { name: "AES-GCM", iv: this.nonce(), additionalData: context };
    return new Uint8Array(await crypto.subtle.encrypt(how, await this.imported, plain));
  }

  /** @param {Bytes} sealed @param {Bytes} [context] @returns {Promise<Bytes>} @throws {NotThePeer} */
  async open(sealed, context = EMPTY) {
    const how = { name: "AES-GCM", iv: this.nonce(), additionalData: context };
    const key = await this.imported;
    try {
      return new Uint8Array(await crypto.subtle.decrypt(how, key, sealed));
    } catch {
      throw new NotThePeer("a message that does not open");
    }
  }
}

/** What both sides mix while they shake hands (Noise section 5.2). */
class Transcript {
  /** @param {string} protocol name of at most 32 bytes @param {Bytes} prologue */
  static async begin(protocol, prologue) {
    const name = utf8(protocol);
    const start = name.length <= 32 ? concat(name, new Uint8Array(32 - name.length)) : await hash(name);
    const transcript = new Transcript(start);
    await transcript.mixHash(prologue);
    return transcript;
  }

  /** @param {Bytes} start */
  constructor(start) {
    this.chaining = start;
    this.h = start;
    /** @type {Cipher | null} */
    this.cipher = null;
  }

  /** @param {Bytes} data */
  async mixHash(data) {
    this.h = await hash(this.h, data);
  }

  /** @param {Bytes} material */
  async mixKey(material) {
    const [chaining, key] = /** @type {[Bytes, Bytes]} */ (await hkdf(this.chaining, material, 2));
    this.chaining = chaining;
    this.cipher = new Cipher(key);
  }

  /** @param {Bytes} psk */
  async mixKeyAndHash(psk) {
    const [chaining, mixed, key] = /** @type {[Bytes, Bytes, Bytes]} */ (await hkdf(this.chaining, psk, 3));
    this.chaining = chaining;
    await this.mixHash(mixed);
    this.cipher = new Cipher(key);
  }

  /** @returns {Promise<Bytes>} an empty payload, sealed */
  async sealNothing() {
    if (this.cipher === null) throw new NotThePeer("nothing agreed yet");
    const sealed = await this.cipher.seal(EMPTY, this.h);
    await this.mixHash(sealed);
    return sealed;
  }

  /** @param {Bytes} sealed */
  async openNothing(sealed) {
    if (this.cipher === null) throw new NotThePeer("nothing agreed yet");
    const plain = await this.cipher.open(sealed, this.h);
    if (plain.length !== 0) throw new NotThePeer("a handshake message that says something");
    await this.mixHash(sealed);
  }
}

/** What remains of a handshake. @typedef {{h: Bytes, send: Cipher, receive: Cipher}} Secured */

/** The phone's side of one handshake; use once: `first()`, then `finish(answer)`. */
export class Handshake {
  /**
   * @param {{prologue: Bytes, lockKey: Bytes, psk?: Bytes, ephemeral?: KeyPair}} facts
   * `lockKey` 32 bytes from DoorInfo or from the sticker; `psk` only at activation; `ephemeral` only in vectors
   */
  constructor({ prologue, lockKey, psk, ephemeral }) {
    this.prologue = prologue;
    this.lockKey = lockKey;
    this.psk = psk;
    this.ephemeral = ephemeral;
    /** @type {Transcript | null} */
    this.transcript = null;
  }

  /** @returns {Promise<Bytes>} 48 bytes for the lock */
  async first() {
    const pattern = this.psk === undefined ? "NK" : "NKpsk2";
    const transcript = await Transcript.begin(`Noise_${pattern}_25519_AESGCM_SHA256`, this.prologue);
    this.transcript = transcript;
    await transcript.mixHash(this.lockKey);
    this.ephemeral ??= await freshKeyPair();
    await this.mixEphemeral(transcript, this.ephemeral.publicKey);
    await transcript.mixKey(await agree(this.ephemeral, this.lockKey));
    return concat(this.ephemeral.publicKey, await transcript.sealNothing());
  }

  /** With a psk an ephemeral key is mixed as key too (Noise section 9.2). @param {Transcript} transcript @param {Bytes} publicKey */
  async mixEphemeral(transcript, publicKey) {
    await transcript.mixHash(publicKey);
    if (this.psk !== undefined) await transcript.mixKey(publicKey);
  }

  /** @param {Bytes} answer the lock's 48 bytes @returns {Promise<Secured>} @throws {NotThePeer} */
  async finish(answer) {
    const { transcript, ephemeral } = this;
    if (transcript === null || ephemeral === undefined) throw new NotThePeer("nothing was begun");
    if (answer.length !== 48) throw new NotThePeer("an answer of another length");
    const theirs = answer.slice(0, 32);
    await this.mixEphemeral(transcript, theirs);
    await transcript.mixKey(await agree(ephemeral, theirs));
    if (this.psk !== undefined) await transcript.mixKeyAndHash(this.psk);
    await transcript.openNothing(answer.slice(32));
    const [toLock, toPhone] = /** @type {[Bytes, Bytes]} */ (await hkdf(transcript.chaining, EMPTY, 2));
    this.transcript = null;
    return { h: transcript.h, send: new Cipher(toLock), receive: new Cipher(toPhone) };
  }
}
