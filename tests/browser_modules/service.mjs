// A service on paper: it mints what a phone carries, with keys of its own, and takes what comes back. It can lose its signal.
import { hex, unhex } from "../../src/limen/web/static/courier/bytes.js";
import { encode } from "../../src/limen/web/static/courier/cbor.js";
import { compressed, sign, signerOf, TYP } from "../../src/limen/web/static/courier/cose.js";
import { NoSignal, Refused } from "../../src/limen/web/static/courier/service.js";

export const START_MS = Date.UTC(2026, 10, 21, 19, 2);
const keyPair = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);

export class PaperService {
  static async open() {
    return new PaperService(await signerOf(await keyPair()));
  }

  constructor(signer) {
    Object.assign(this, {
      signer,
      signal: true,
      removed: false,
      doors: [],
      taken: new Map(),
      asked: [],
      phoneKey: null,
      refuses: new Set(),
    });
  }

  /** As a page's Service: `ask` and `tell`. */
  get service() {
    return { ask: (path, question) => this.answer(path, question), tell: (path, body) => this.register(path, body) };
  }

  async register(path, body) {
    if (!this.signal) throw new NoSignal("");
    this.asked.push(path);
    this.phoneKey = Uint8Array.from(atob(body.public_key.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return { id: "phone-1" };
  }

  async answer(path, question) {
    if (!this.signal) throw new NoSignal("");
    this.asked.push(path);
    if (path === "/gateway/inbox") return this.inbox(question);
    if (path === "/gateway/outbox") return this.outbox(question);
    if (path === "/gateway/time") return new Map([["time", encode([question.get("lock"), question.get("nonce")])]]);
    throw new Refused(404, "not-found", "");
  }

  async inbox(question) {
    if (this.removed) throw new Refused(410, "phone-removed", "");
    const doors = await Promise.all(this.doors.map((door) => this.entry(door)));
    return new Map([
      ["now", START_MS],
      ["phone", question.get("phone")],
      ["doors", doors],
    ]);
  }

  outbox(question) {
    const answers = question.get("items").map((item) => {
      const [key, kind] = [hex(item.get("key")), item.get("kind")];
      const status = this.refuses.has(kind) ? "refused" : this.taken.has(key) ? "known" : "taken";
      if (status === "taken") this.taken.set(key, { kind, lock: hex(item.get("lock")), data: hex(item.get("data")) });
      return new Map(Object.entries({ key: item.get("key"), status, reason: null }));
    });
    return new Map([["answers", answers]]);
  }

  async entry({ lock, cls, ver = 1, proven = 1, bundle = null, epoch = 1, phoneKey = this.phoneKey, name = "Roof", more = {} }) {
    const lockId = unhex(lock);
    const info = new Map().set(1, lockId).set(2, epoch).set(3, new Uint8Array(32).fill(5)).set(4, phoneKey).set(5, 1).set(6, 1);
    const until = START_MS / 1000 + 86400;
    const key = new Map().set(
      1,
      new Map()
        .set(1, 2)
        .set(-1, 1)
        .set(-2, phoneKey.slice(1))
        .set(-3, phoneKey[0] === 3),
    );
    const scope = [lockId, epoch, ver, cls, cls < 6 ? 7 : 2, null, 9];
    const claims = new Map()
      .set(4, until)
      .set(6, START_MS / 1000)
      .set(7, new Uint8Array(8))
      .set(8, key)
      .set(-65537, scope);
    return new Map(
      Object.entries({
        lock: lockId,
        ...(cls === 7
          ? { serial: null, door: null, name: null }
          : { serial: `LM-${lock.slice(-4)}`, door: new Uint8Array(16).fill(1), name }),
        info: await sign(TYP.doorInfo, encode(info), this.signer),
        grants: [await sign(TYP.grant, encode(claims), this.signer)],
        bundle,
        ver,
        proven,
        ack: null,
        class: cls,
        until,
        ...more,
      }),
    );
  }

  /** A sealed update of this version: what is inside does not matter to a courier. */
  async update(lock, ver, size = 100) {
    const chunks = [];
    for (let at = 0; at < size; at += 1024) chunks.push(new Uint8Array(Math.min(1024, size - at)).fill(ver));
    const hashes = [];
    for (const chunk of chunks) hashes.push(...new Uint8Array(await crypto.subtle.digest("SHA-256", chunk)).slice(0, 16));
    const said = new Map().set(1, unhex(lock)).set(2, 1).set(3, 0).set(4, ver).set(5, 1).set(6, size).set(7, 10);
    said.set(8, Uint8Array.from(hashes)).set(9, new Uint8Array(16)).set(10, 0).set(11, 1);
    return encode([await sign(TYP.manifest, encode(said), this.signer), chunks]);
  }
}

export async function strangerKey() {
  return compressed((await keyPair()).publicKey);
}
