import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/limen/web/static/courier/bytes.js";
import { encode, NotCanonical } from "../../src/limen/web/static/courier/cbor.js";
import { answerQuestions, answersReady } from "../../src/limen/web/static/courier/clockwork.js";
import { openCourier } from "../../src/limen/web/static/courier/courier.js";
import { PhoneRemoved } from "../../src/limen/web/static/courier/inbox.js";
import { anotherMayFit } from "../../src/limen/web/static/courier/refusals.js";
import { httpService, NoSignal, Refused } from "../../src/limen/web/static/courier/service.js";
import { DRAWERS, memoryStorage, unseal } from "../../src/limen/web/static/courier/storage.js";
import { unlock } from "../../src/limen/web/static/courier/unlock.js";
import { update } from "../../src/limen/web/static/courier/update.js";
import { PaperService, START_MS, strangerKey } from "./service.mjs";

const ROOF = "4c4d303030313430";
const GYM = "4c4d303030313431";
const DAY_MS = 24 * 3600 * 1000;

/** A registered phone in somebody's hand: its clock and its signal are the test's. */
async function phone(as = "resident", paper = undefined, storage = memoryStorage()) {
  const service = paper ?? (await PaperService.open());
  const clock = { ms: START_MS };
  const courier = await openCourier({ as, channel: null, service: service.service, storage, now: () => clock.ms });
  await courier.wallet.register("Chrome on Android");
  return { paper: service, clock, courier, storage };
}

/** Everything that lies in a storage, as somebody with the files would see it. */
async function everything(storage) {
  const found = [];
  for (const drawer of DRAWERS) for (const [name, value] of await storage.all(drawer)) found.push(name, flat(value));
  return found.join("\n");
}

function flat(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (value instanceof CryptoKey || typeof value !== "object" || value === null) return String(value);
  return Object.values(value).map(flat).join("\n");
}

test("A phone is registered once, and its key can sign but not leave.", async () => {
  // rule: LOCK-3
  // (invariant 39)
  const { courier, paper } = await phone();
  assert.equal(await courier.wallet.register("again"), "phone-1");
  assert.deepEqual(await courier.wallet.phone(), { id: "phone-1", name: "Chrome on Android" });
  assert.deepEqual(paper.asked, ["/home/api/phones"]);
  const { privateKey } = await courier.wallet.keyPair();
  assert.equal(privateKey.extractable, false);
  for (const form of ["pkcs8", "jwk", "raw"]) await assert.rejects(crypto.subtle.exportKey(form, privateKey));
});

test("What was fetched is there without signal, and nobody reads it from the files.", async () => {
  // rule: SYNC-8
  const { courier, paper, storage } = await phone();
  paper.doors = [
    { lock: ROOF, cls: 1, name: "Roof terrace", ver: 4, proven: 3, bundle: await paper.update(ROOF, 4) },
    { lock: GYM, cls: 7, ver: 2, bundle: await paper.update(GYM, 2) },
  ];
  assert.equal(await courier.inbox.refresh(), true);
  paper.signal = false;
  assert.equal(await courier.inbox.refresh(), false);
  const [roof, ...others] = await courier.wallet.doors();
  assert.equal(others.length, 0, "a door one only passes is not shown as one's own");
  assert.deepEqual([roof.name, roof.serial, roof.usableNow, roof.until_ms], ["Roof terrace", "LM-3430", true, START_MS + DAY_MS]);
  assert.equal((await courier.wallet.elsewhere()).length, 1);
  assert.equal(await courier.wallet.freshAt_ms(), START_MS);
  assert.deepEqual(
    (await courier.inbox.carried()).map(({ lock, name }) => [lock, name]),
    [
      [ROOF, "Roof terrace"],
      [GYM, null],
    ],
  );
  assert.ok(!(await everything(storage)).includes("Roof terrace"));
});

test("Of a door that one only passes the browser keeps the lock-id alone, whatever it is told.", async () => {
  // rule: SYNC-13
  const { courier, paper, storage } = await phone();
  const bundle = await paper.update(GYM, 2);
  const told = { serial: "LM-771204", door: new Uint8Array(16).fill(42), name: "Unit 4C" };
  for (const more of [{}, told]) {
    paper.doors = [{ lock: GYM, cls: 7, ver: 2, bundle, more }];
    await courier.inbox.refresh();
    const entry = await courier.wallet.entry(GYM);
    assert.deepEqual([entry.serial, entry.door, entry.name, entry.ver], [null, null, null, 2]);
    const [[label, kept]] = await storage.all("doors");
    const lies = Buffer.from(await unseal(await courier.wallet.sealingKey(), kept, utf8(label))).toString("latin1");
    assert.ok(!lies.includes("LM-771204") && !lies.includes("2a2a2a2a") && !lies.includes("Unit 4C"), "it is not even kept");
  }
  // As an earlier version of this page kept it.
  const entry = await courier.wallet.entry(GYM);
  await courier.wallet.replace([{ ...entry, ...told, door: "2a2a2a2a-2a2a-2a2a-2a2a-2a2a2a2a2a2a" }]);
  const [found] = await courier.wallet.elsewhere();
  assert.deepEqual([found.lock, found.serial, found.door, found.name], [GYM, null, null, null]);
  assert.deepEqual(await courier.inbox.carried(), [{ lock: GYM, name: null, ver: 2, class: 7 }]);
});

test("An own door without its serial or id is no answer.", async () => {
  const { courier, paper } = await phone();
  for (const more of [{ serial: null }, { serial: "x".repeat(33) }, { door: null }, { door: new Uint8Array(15) }]) {
    paper.doors = [{ lock: ROOF, cls: 1, more }];
    await assert.rejects(courier.inbox.refresh(), NotCanonical);
    assert.deepEqual(await courier.wallet.doors(), []);
  }
});

test("News never goes backwards, doors that are named no longer are gone, and another epoch is another lock.", async () => {
  // rule: SYNC-11
  const { courier, paper } = await phone();
  paper.doors = [
    { lock: ROOF, cls: 1, ver: 9, proven: 3, bundle: await paper.update(ROOF, 9) },
    { lock: GYM, cls: 1 },
  ];
  await courier.inbox.refresh();
  await courier.wallet.hold(ROOF, 9);
  paper.doors = [{ lock: ROOF, cls: 1, ver: 7, proven: 3, bundle: await paper.update(ROOF, 7) }];
  await courier.inbox.refresh();
  const kept = await courier.wallet.entry(ROOF);
  assert.deepEqual([kept.ver, kept.held], [9, 9]);
  assert.deepEqual(
    (await courier.wallet.doors()).map(({ lock }) => lock),
    [ROOF],
  );
  assert.deepEqual(await courier.inbox.carried(), [], "the lock itself has signed for it");
  paper.doors = [{ lock: ROOF, cls: 1, ver: 1, proven: 1, epoch: 2 }];
  await courier.inbox.refresh();
  assert.deepEqual([(await courier.wallet.entry(ROOF)).ver, (await courier.wallet.entry(ROOF)).held], [1, 0]);
});

test("Half an answer is not taken: grants of another phone and updates of another lock leave everything as it was.", async () => {
  // rule: SYNC-10
  const { courier, paper } = await phone();
  paper.doors = [{ lock: ROOF, cls: 1 }];
  await courier.inbox.refresh();
  for (const wrong of [
    { lock: GYM, cls: 1, phoneKey: await strangerKey() },
    { lock: GYM, cls: 1, ver: 3, bundle: await paper.update(ROOF, 3) },
  ]) {
    paper.doors = [wrong];
    await assert.rejects(courier.inbox.refresh(), NotCanonical);
    assert.deepEqual(
      (await courier.wallet.doors()).map(({ lock }) => lock),
      [ROOF],
    );
  }
});

test("A removed phone is empty the next time it hears of it, key included.", async () => {
  // rule: LOCK-3
  const { courier, paper, storage } = await phone();
  paper.doors = [{ lock: ROOF, cls: 1 }];
  await courier.inbox.refresh();
  await courier.outbox.put("segment", ROOF, utf8("sealed"));
  paper.removed = true;
  paper.signal = false;
  assert.equal(await courier.inbox.refresh(), false);
  assert.equal((await courier.wallet.doors()).length, 1);
  paper.signal = true;
  await assert.rejects(courier.inbox.refresh(), PhoneRemoved);
  assert.equal(await everything(storage), "");
  assert.equal(await courier.wallet.phone(), null);
});

test("The two views of one phone share the key and nothing else.", async () => {
  // rule: SYNC-2
  const { courier, paper, storage } = await phone();
  paper.doors = [{ lock: ROOF, cls: 1 }];
  await courier.inbox.refresh();
  const manager = (await phone("manager", paper, storage)).courier;
  assert.deepEqual(await manager.wallet.doors(), []);
  paper.doors = [{ lock: GYM, cls: 6 }];
  await manager.inbox.refresh();
  assert.deepEqual(
    (await manager.wallet.doors()).map(({ lock }) => lock),
    [GYM],
  );
  assert.deepEqual(
    (await courier.wallet.doors()).map(({ lock }) => lock),
    [ROOF],
  );
});

test("What waits is handed in once, in requests that the gateway takes, and goes when it was answered.", async () => {
  // rule: SYNC-8
  const { courier, paper } = await phone();
  paper.doors = [{ lock: ROOF, cls: 1 }];
  for (let number = 0; number < 150; number += 1) await courier.outbox.put("segment", ROOF, new Uint8Array(4096).fill(number));
  await courier.outbox.put("receipt", ROOF, utf8("proof"));
  await courier.outbox.put("receipt", ROOF, utf8("proof"));
  assert.deepEqual(await courier.outbox.waiting(), { records: 150, receipts: 1 });
  paper.signal = false;
  assert.deepEqual(await courier.outbox.handIn(), { handedIn: 0, left: 151, refused: [] });
  paper.signal = true;
  await Promise.all([courier.outbox.handIn(), courier.outbox.handIn()]);
  assert.equal(paper.taken.size, 151);
  assert.ok(paper.asked.filter((path) => path === "/gateway/outbox").length >= 3);
  assert.deepEqual(await courier.outbox.waiting(), { records: 0, receipts: 0 });
});

test("What the service refuses is not offered again and not called handed in.", async () => {
  // rule: SYNC-12
  const { courier, paper } = await phone();
  paper.refuses.add("receipt");
  const key = await courier.outbox.put("receipt", ROOF, utf8("proof"));
  assert.deepEqual(await courier.outbox.handIn(), { handedIn: 0, left: 0, refused: [key] });
});

test("After 30 days without signal, and when access ended, records are erased; receipts outlive the access.", async () => {
  // rule: SYNC-8
  const { courier, paper, clock } = await phone();
  paper.signal = false;
  await courier.outbox.put("segment", ROOF, utf8("old"));
  clock.ms += 30 * DAY_MS + 1;
  await courier.outbox.put("segment", GYM, utf8("young"));
  await courier.outbox.put("receipt", GYM, utf8("proof"));
  assert.equal((await courier.outbox.handIn()).left, 2);
  paper.refuses = { has: () => false };
  await courier.outbox.forgetDoors(new Set([ROOF]));
  assert.deepEqual(await courier.outbox.waiting(), { records: 0, receipts: 1 });
});

test("A lock's question is carried upstairs and its answer back, for two hours and no longer.", async () => {
  // rule: LOCK-5
  const { courier, paper, clock, storage } = await phone();
  const { wallet, service } = courier;
  const ask = (lock) =>
    storage.change([{ drawer: "questions", name: lock, put: { nonce: new Uint8Array(16), asked_ms: clock.ms, answer: null } }]);
  paper.signal = false;
  await ask(ROOF);
  await assert.rejects(answerQuestions({ wallet, service }), NoSignal);
  clock.ms += 2 * 3600 * 1000 - 1;
  paper.signal = true;
  assert.equal(await answerQuestions({ wallet, service }), 1);
  assert.deepEqual(await answersReady(wallet), [ROOF]);
  await ask(GYM);
  clock.ms += 2 * 3600 * 1000 + 1;
  assert.equal(await answerQuestions({ wallet, service }), 0);
  assert.deepEqual(await answersReady(wallet), [], "the lock would not believe it any more");
});

test("A browser that cannot talk to locks says so, and a door that is not in the wallet has nothing to open or update.", async () => {
  const { courier, paper } = await phone();
  paper.doors = [{ lock: ROOF, cls: 1 }];
  await courier.inbox.refresh();
  assert.equal((await unlock({ courier, lock: ROOF })).result, "unsupported");
  assert.equal((await update({ courier, lock: ROOF, pull: true })).result, "unsupported");
  assert.deepEqual(
    [(await unlock({ courier, lock: GYM })).reason, (await update({ courier, lock: GYM, pull: false })).result],
    ["no_right", "nothing"],
  );
});

test("No signal and no are told apart: a broken gateway is no signal, a problem has its type, a sign-in page is neither.", async () => {
  const csrf = () => "token";
  const seen = [];
  const service = (answer) =>
    httpService({ origin: "http://limen.test", csrf, fetch: (...call) => Promise.resolve(seen.push(call)).then(answer) });
  const refused = (status, type) => (problem) => problem instanceof Refused && problem.status === status && problem.type === type;
  await assert.rejects(service(() => Promise.reject(new TypeError())).ask("/gateway/inbox", new Map()), NoSignal);
  await assert.rejects(service(() => new Response("", { status: 502 })).ask("/gateway/inbox", new Map()), NoSignal);
  const json = { status: 410, headers: { "Content-Type": "application/problem+json" } };
  await assert.rejects(
    service(() => new Response('{"type": "https://limen.test/problems/phone-removed"}', json)).ask("/x", new Map()),
    refused(410, "phone-removed"),
  );
  const cbor = { status: 403, headers: { "Content-Type": "application/problem+cbor" } };
  await assert.rejects(
    service(() => new Response(encode(new Map([["type", "not-allowed"]])), cbor)).ask("/x", new Map()),
    refused(403, "not-allowed"),
  );
  await assert.rejects(service(() => new Response("<html>", { status: 500 })).ask("/x", new Map()), refused(500, ""));
  const good = await service(() => new Response(encode(new Map([["time", 5]])))).ask("/gateway/time", new Map([["lock", 1]]));
  assert.equal(good.get("time"), 5);
  const [address, wish] = seen.at(-1);
  assert.equal(address, "http://limen.test/gateway/time");
  assert.deepEqual([wish.method, wish.credentials, wish.redirect, wish.headers["X-CSRFToken"]], ["POST", "same-origin", "manual", "token"]);
});

test("What speaks of one window only is asked of the next grant, also at a lock without its time.", () => {
  for (const word of ["not_started", "ended", "lease_over", "outside_schedule", "clock_lost", "bolt_thrown", "revoked"])
    assert.ok(anotherMayFit(word), word);
  for (const word of ["needs_update", "no_right", "too_late", "not_recorded", "battery", null])
    assert.ok(!anotherMayFit(word), String(word));
});
