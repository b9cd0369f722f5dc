// Every vector of limen.wire, against the browser's own reading of it: two hands, one wire.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { airName } from "../../src/limen/web/static/courier/advertising.js";
import { bundleId, missing, readBundle } from "../../src/limen/web/static/courier/bundles.js";
import { hex, unhex, utf8 } from "../../src/limen/web/static/courier/bytes.js";
import { decode, encode, NotCanonical } from "../../src/limen/web/static/courier/cbor.js";
import { SERVICE, TO_LOCK, TO_PHONE } from "../../src/limen/web/static/courier/channels/bluetooth.js";
import { compressed, NotSigned, sign, signerOf, TYP, uncompressed, verifies, verify } from "../../src/limen/web/static/courier/cose.js";
import { digits, temporaryCode, weak } from "../../src/limen/web/static/courier/doorcodes.js";
import { readDoorInfo } from "../../src/limen/web/static/courier/doorinfo.js";
import { Cutter, Joiner, OutOfTurn } from "../../src/limen/web/static/courier/frames.js";
import { effectiveRights, key8, proofMessage, readGrant, unlockContext } from "../../src/limen/web/static/courier/grants.js";
import { Handshake, knownKeyPair, NotThePeer, publicOf } from "../../src/limen/web/static/courier/noise.js";
import { busy_ms, givenBytes, OP, readAnswer, readPresented, request } from "../../src/limen/web/static/courier/operations.js";
import { openReceipt, readReceipt } from "../../src/limen/web/static/courier/receipts.js";
import { STATUS, wordOf } from "../../src/limen/web/static/courier/refusals.js";
import { activationKeys, readSticker } from "../../src/limen/web/static/courier/sticker.js";
import { openTelemetry } from "../../src/limen/web/static/courier/telemetry.js";

const LIMIT = 1 << 20;
const vectors = (chapter) => JSON.parse(readFileSync(new URL(`../../src/limen/wire/vectors/${chapter}.json`, import.meta.url), "utf8"));
const refusing = async (work) => {
  await assert.rejects(work, (problem) => problem instanceof NotSigned || problem instanceof NotCanonical);
};

/** A value as the vectors write it in JSON. */
function meant(said) {
  if (Array.isArray(said)) return said.map(meant);
  if (said === null || typeof said !== "object") return said;
  if ("$hex" in said) return unhex(said.$hex);
  if ("$int" in said) return BigInt(said.$int);
  return new Map(said.$map.map(([key, value]) => [meant(key), meant(value)]));
}

test("CBOR: each value has the bytes of the vectors, both ways; what must be refused is.", () => {
  const { encode: said, refuse } = vectors("cbor");
  for (const { value, hex: bytes } of said) {
    assert.equal(hex(encode(meant(value))), bytes);
    assert.equal(hex(encode(decode(unhex(bytes), LIMIT))), bytes);
  }
  for (const { hex: bytes, why } of refuse) assert.throws(() => decode(unhex(bytes), LIMIT), NotCanonical, why);
});

test("Statements: opened under their type and key, refused in every other way.", async () => {
  // rule: SYNC-12
  const { public: key, typ, open, refuse } = vectors("sign1");
  for (const { statement, payload } of open) assert.equal(hex(await verify(unhex(statement), typ, [unhex(key)])), payload);
  for (const { statement } of refuse) await refusing(verify(unhex(statement), typ, [unhex(key)]));
  for (const other of Object.values(TYP)) if (other !== typ) await refusing(verify(unhex(open[0].statement), other, [unhex(key)]));
});

test("What the browser signs is a statement with the lower signature, under the short form of its key.", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const key = await compressed(pair.publicKey);
  assert.equal(hex(uncompressed(key)), hex(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))));
  for (let round = 0; round < 12; round += 1) {
    const statement = await sign(TYP.grant, Uint8Array.of(round), await signerOf(pair));
    assert.equal(hex(await verify(statement, TYP.grant, [key])), hex(Uint8Array.of(round)));
  }
  assert.throws(() => uncompressed(new Uint8Array(33).fill(2).fill(255, 1)), NotCanonical);
});

test("Noise: both patterns give the messages, the name and the transport of the vectors.", async () => {
  // rule: LOCK-3
  for (const one of vectors("noise").cases) {
    const ephemeral = await knownKeyPair(unhex(one.phone_ephemeral_private), await publicOf(unhex(one.phone_ephemeral_private)));
    const psk = one.psk === null ? {} : { psk: unhex(one.psk) };
    const begin = () => new Handshake({ prologue: unhex(one.prologue), lockKey: unhex(one.static_public), ephemeral, ...psk });
    const handshake = begin();
    assert.equal(hex(await handshake.first()), one.message_1);
    const { h, send, receive } = await handshake.finish(unhex(one.message_2));
    assert.equal(hex(h), one.h);
    for (const { from, plaintext, ciphertext } of one.transport) {
      if (from === "phone") assert.equal(hex(await send.seal(unhex(plaintext))), ciphertext);
      else assert.equal(hex(await receive.open(unhex(ciphertext))), plaintext);
    }
    for (const place of [0, 31, 32, 47]) {
      const changed = unhex(one.message_2);
      changed[place] ^= 1;
      const again = begin();
      await again.first();
      await assert.rejects(again.finish(changed), NotThePeer);
    }
    if (one.sticker_secret) {
      const keys = await activationKeys({ lockId: unhex(one.lock_id), secret: unhex(one.sticker_secret), model: 3 });
      assert.equal(hex(keys.psk), one.psk);
      assert.equal(hex(keys.lockKey), one.static_public);
    }
  }
});

test("A session that lost, repeated or changed one message opens nothing more that came.", async () => {
  const one = vectors("noise").cases[0];
  const ephemeral = await knownKeyPair(unhex(one.phone_ephemeral_private), await publicOf(unhex(one.phone_ephemeral_private)));
  const handshake = new Handshake({ prologue: unhex(one.prologue), lockKey: unhex(one.static_public), ephemeral });
  await handshake.first();
  const { receive } = await handshake.finish(unhex(one.message_2));
  const spoken = one.transport.filter(({ from }) => from === "lock").map(({ ciphertext }) => unhex(ciphertext));
  await receive.open(spoken[0]);
  await assert.rejects(receive.open(spoken[0]), NotThePeer);
});

test("Frames: cut as in the vectors, and refused as in the vectors for ever after.", () => {
  const { cut, refuse } = vectors("frames");
  for (const { message, frame_bytes, seq, frames } of cut) {
    const cutter = new Cutter(frame_bytes);
    cutter.seq = seq;
    assert.deepEqual(cutter.cut(unhex(message)).map(hex), frames);
    const joiner = new Joiner();
    joiner.seq = seq;
    assert.equal(hex(frames.map((frame) => joiner.take(unhex(frame))).at(-1)), message);
  }
  for (const { frames, name } of refuse) {
    const joiner = new Joiner();
    assert.throws(() => frames.map((frame) => joiner.take(unhex(frame))), OutOfTurn, name);
    assert.throws(() => joiner.take(Uint8Array.of(3, 0, 1)), OutOfTurn, name);
  }
});

test("Grants: read as they were minted, presented with a proof that their own key has signed.", async () => {
  // rule: LOCK-3
  const { cases, h, phone_public, key8: name, kg_public } = vectors("grant");
  assert.equal(hex(await key8(unhex(phone_public))), name);
  for (const one of cases) {
    const grant = readGrant(unhex(one.grant));
    await verify(unhex(one.grant), TYP.grant, [unhex(kg_public)]);
    const { lockId, epoch, aclVer, cls, rights, sched, subj, iat_s, exp_s, nbf_s } = grant;
    assert.deepEqual(
      { lock_id: hex(lockId), epoch, acl_ver: aclVer, cls, rights, sched, subj, iat: iat_s, exp: exp_s, nbf: nbf_s },
      Object.fromEntries(
        ["lock_id", "epoch", "acl_ver", "cls", "rights", "sched", "subj", "iat", "exp", "nbf"].map((key) => [key, one[key]]),
      ),
    );
    assert.equal(effectiveRights(grant), one.effective);
    assert.equal(hex(grant.phoneKey), phone_public);
    if (one.op === OP.unlock) assert.equal(hex(unlockContext(one.door)), one.ctx);
    const message = await proofMessage(unhex(h), grant.statement, one.op, unhex(one.ctx));
    assert.equal(hex(message), one.pop_message);
    assert.ok(await verifies(unhex(phone_public), unhex(one.pop), message));
    assert.equal(hex(request.present(grant.statement, unhex(one.pop), one.op, unhex(one.ctx))), one.present);
  }
});

test("DoorInfo: all that a phone has to know, with and without the door's own facts.", async () => {
  const { cases, kg_public } = vectors("doorinfo");
  for (const one of cases) {
    const info = readDoorInfo(unhex(one.statement));
    await verify(unhex(one.statement), TYP.doorInfo, [unhex(kg_public)]);
    const { lockId, epoch, xs, idKey, iat_s: iat, suite, door, kind, model } = info;
    const { statement, ...said } = one;
    assert.deepEqual({ lock_id: hex(lockId), epoch, xs: hex(xs), id_key: hex(idKey), iat, suite, door, kind, model }, said);
  }
});

test("Receipts: every form under the lock's key; under another lock, epoch or key it proves nothing.", async () => {
  // rule: SYNC-12
  const { cases, id_public, wiped } = vectors("receipt");
  const info = { lockId: unhex(cases[0].lock_id), epoch: 1, idKey: unhex(id_public) };
  for (const one of cases) {
    const receipt = await openReceipt(unhex(one.statement), info);
    assert.deepEqual(
      [hex(receipt.lockId), receipt.epoch, receipt.ver, hex(receipt.after), hex(receipt.probe), receipt.nonce && hex(receipt.nonce)],
      [one.lock_id, one.epoch, one.ver, one.after, one.probe, one.nonce],
    );
    const { lock_s, clockGood, lost, knownNewer } = receipt;
    const full =
      one.full === null ? [null, null, null, null] : [one.full.lock_time, one.full.tstate === 0, one.full.lost, one.full.known_newer];
    assert.deepEqual([lock_s, clockGood, lost, knownNewer], full);
    await refusing(openReceipt(unhex(one.statement), { ...info, epoch: 2 }));
    await refusing(openReceipt(unhex(one.statement), { ...info, lockId: new Uint8Array(8) }));
    await refusing(openReceipt(unhex(one.statement), { ...info, idKey: unhex(vectors("sign1").public) }));
  }
  const gone = await openReceipt(unhex(wiped.statement), info);
  assert.deepEqual([gone.wiped, gone.lost], [true, wiped.lost]);
  assert.throws(() => readReceipt(encode([info.lockId, 1, 2, new Uint8Array(16), new Uint8Array(8), new Uint8Array(16), 3])), NotCanonical);
});

test("Operations: the requests a browser makes are those of the vectors, byte for byte, and each answer is read.", () => {
  const { requests, answers } = vectors("operations");
  const make = {
    [OP.present]: ([grant, proof, hint]) => request.present(grant, proof, hint[0], hint[1]),
    [OP.status]: () => request.status(),
    [OP.manifest]: ([statement]) => request.manifest(statement),
    [OP.chunk]: ([index, chunk]) => request.chunk(index, chunk),
    [OP.unlock]: () => request.unlock(),
    [OP.timeAsk]: () => request.timeAsk(),
    [OP.time]: ([assertion]) => request.time(assertion),
    [OP.receipt]: ([nonce]) => request.receipt(nonce ?? null),
    [OP.log]: ([number]) => request.log(number),
    [OP.photo]: ([number, offset]) => request.photo(number, offset),
    [OP.telemetry]: () => request.telemetry(),
    [OP.activate]: ([step, data]) => [request.attest, request.ticket, request.release][step](data),
    [OP.ack]: ([ack]) => request.ack(ack),
    [OP.firmware]: (said) => (said.length === 1 ? request.image(said[0]) : request.imagePart(said[0], said[1])),
  };
  let made = 0;
  for (const { hex: bytes, array } of requests) {
    const [op, ...rest] = array.map(meant);
    if (!(op in make)) continue;
    assert.equal(hex(make[op](rest)), bytes);
    made += 1;
  }
  assert.ok(made >= 16, "the gateway's remote opening is not a browser's");
  for (const { hex: bytes, array } of answers) {
    const answer = readAnswer(unhex(bytes), array[0] - 128);
    assert.equal(answer.status, array[1]);
    assert.throws(() => readAnswer(unhex(bytes), array[0] - 127), NotCanonical);
    if (answer.status === STATUS.busy) assert.equal(busy_ms(answer), array[2]);
    if (array[0] === 128 + OP.present && answer.status === STATUS.ok) {
      assert.deepEqual(readPresented(answer), { rights: array[2], ver: array[3], wantsTime: array[6] === 1 });
    }
    if (array.length === 3 && typeof array[2] === "object") assert.equal(hex(givenBytes(answer)), array[2].$hex);
    if (answer.status === STATUS.denied) assert.equal(wordOf(array[2]), array[2] === 5 ? "outside_schedule" : null);
  }
});

test("Time: an answer is KT's word alone, and the browser carries it to the lock as it came.", async () => {
  // rule: SYNC-10
  const { kt_public, cases } = vectors("clock");
  const told = cases.flatMap(({ steps }) => steps.filter(({ assertion }) => assertion !== undefined));
  assert.ok(told.some(({ signed }) => signed) && told.some(({ signed }) => !signed));
  for (const { assertion, signed, answer } of told) {
    assert.equal(hex(request.time(unhex(assertion))), hex(encode([OP.time, unhex(assertion)])));
    const said = await verify(unhex(assertion), TYP.time, [unhex(kt_public)]).then(
      (payload) => decode(payload, LIMIT),
      () => [],
    );
    assert.equal(said.length === 3 && said[1].length === 16 && said[2] >= 0, signed);
    assert.ok(signed || answer === 11);
  }
  const strangers = ["kg_public", "ku_public"].map((name) => vectors(name === "kg_public" ? "grant" : "bundle")[name]);
  for (const { assertion } of told.filter(({ signed }) => signed)) await refusing(verify(unhex(assertion), TYP.time, strangers.map(unhex)));
});

test("Telemetry: a lock's own word is read, anybody else's is not.", async () => {
  // rule: LOCK-6
  const { id_public, lock_id, cases, refuse } = vectors("telemetry");
  for (const { statement, epoch, lock_time, battery, firmware, stopped } of cases) {
    const info = { lockId: unhex(lock_id), epoch, idKey: unhex(id_public) };
    assert.deepEqual(await openTelemetry(unhex(statement), info), { lock_s: lock_time, battery, firmware, stopped });
    await refusing(openTelemetry(unhex(statement), { ...info, epoch: epoch + 1 }));
    await refusing(openTelemetry(unhex(statement), { ...info, lockId: new Uint8Array(8) }));
  }
  for (const { statement } of refuse)
    await refusing(openTelemetry(unhex(statement), { lockId: unhex(lock_id), epoch: 1, idKey: unhex(id_public) }));
});

test("Bundles: whole ones are carried, damaged or incomplete ones are not.", async () => {
  // rule: SYNC-10
  for (const one of vectors("bundle").cases) {
    const bundle = await readBundle(unhex(one.bytes));
    assert.deepEqual([bundle.manifest.ver, bundle.manifest.base, bundle.manifest.epoch], [one.ver, one.base, one.epoch]);
    assert.deepEqual(bundle.chunks.map(hex), one.chunks);
    assert.equal(hex(await bundleId(unhex(one.manifest))), one.bundle_id);
    const [first, ...rest] = bundle.chunks;
    const damaged = Uint8Array.from(first, (byte, place) => (place === 9 ? byte ^ 1 : byte));
    await refusing(readBundle(encode([bundle.statement, [damaged, ...rest]])));
    await refusing(readBundle(encode([bundle.statement, rest])));
    await refusing(readBundle(encode([bundle.statement, [...bundle.chunks, first]])));
  }
  assert.deepEqual(missing(Uint8Array.of(0b00000101, 0b10), 11), [1, 3, 4, 5, 6, 7, 8, 10]);
  assert.deepEqual(missing(new Uint8Array(0), 3), [0, 1, 2]);
});

test("Stickers: the QR text gives lock and secret, anything else is refused before it is used.", () => {
  const { qr, lock_id, secret, model } = vectors("ticket");
  const sticker = readSticker(qr);
  assert.deepEqual([hex(sticker.lockId), hex(sticker.secret), sticker.model], [lock_id, secret, model]);
  for (const text of ["", qr.slice(1), qr.toLowerCase(), `${qr}00`, "https://example.org/", "X".repeat(65)]) {
    assert.throws(
      () => readSticker(text),
      (problem) => problem instanceof NotCanonical || problem instanceof RangeError,
    );
  }
});

test("Doorcodes: digits come out the same in both hands, weak ones are skipped in both.", async () => {
  // rule: CODE-4
  const { k_daily, lock_id, epoch, derived, weak: bad, sound } = vectors("doorcodes");
  for (const { cls, b, idx, d, code } of derived) {
    const issue = { key: unhex(k_daily), lockId: unhex(lock_id), epoch, d, cls, bucket: b, index: idx };
    assert.equal(await temporaryCode(issue), code);
  }
  assert.ok(bad.every(weak) && !sound.some(weak));
  assert.equal(digits(unhex("ffffffffffffffff"), 7), null);
  assert.equal(digits(utf8("\0\0\0\0\0\0\0\x05"), 7), "0000005");
});

test("A lock is heard by the name that its key gives, and spoken to under these numbers.", async () => {
  const { service, to_lock, to_phone } = vectors("advertising");
  assert.deepEqual([service, to_lock, to_phone], [SERVICE, TO_LOCK, TO_PHONE]);
  for (const { lock_id, static_public, name } of vectors("advertising").heard)
    assert.equal(await airName(unhex(lock_id), unhex(static_public)), name);
});
