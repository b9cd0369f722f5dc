// What a browser keeps when two things happen at once, when somebody leaves meanwhile, and when there is no room.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, utf8 } from "../../src/limen/web/static/courier/bytes.js";
import { answerQuestions, answersReady } from "../../src/limen/web/static/courier/clockwork.js";
import { openCourier } from "../../src/limen/web/static/courier/courier.js";
import { PhoneRemoved } from "../../src/limen/web/static/courier/inbox.js";
import { handedInLater } from "../../src/limen/web/static/courier/proof.js";
import { httpService, NoSignal, Refused } from "../../src/limen/web/static/courier/service.js";
import { DRAWERS, freshSealingKey, memoryStorage, StorageFull, seal } from "../../src/limen/web/static/courier/storage.js";
import { update } from "../../src/limen/web/static/courier/update.js";
import { PaperService, START_MS, strangerKey } from "./service.mjs";

const ROOF = "4c4d303030313430";
const GYM = "4c4d303030313431";

/** A registered phone at a service on paper. */
async function phone(wishes = {}) {
  const paper = await PaperService.open();
  const storage = memoryStorage();
  const courier = await openCourier({ as: "resident", channel: null, service: paper.service, storage, now: () => START_MS, ...wishes });
  await courier.wallet.register("Chrome on Android");
  paper.doors = [{ lock: ROOF, cls: 1, ver: 9, proven: 3, bundle: await paper.update(ROOF, 9) }];
  return { paper, courier, storage };
}

/** Something that happens when the test says so. */
function gate() {
  let open = () => undefined;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

async function names(storage) {
  const found = [];
  for (const drawer of DRAWERS) for (const [name] of await storage.all(drawer)) found.push(`${drawer}/${name}`);
  return found;
}

test("A receipt that was checked while news are written is not forgotten, and the news are not undone by it.", async () => {
  // rule: SYNC-12
  const { courier, storage } = await phone();
  await courier.inbox.refresh();
  const { open, opened } = gate();
  const news = storage.alone(async () => {
    const entries = await courier.wallet.entries();
    await opened;
    await courier.wallet.replace(entries.map((entry) => ({ ...entry, until_ms: 5 })));
  });
  const held = courier.wallet.hold(ROOF, 9);
  open();
  await Promise.all([news, held]);
  const entry = await courier.wallet.entry(ROOF);
  assert.deepEqual([entry.held, entry.until_ms], [9, 5]);
});

test("News are read and written in one piece: whoever is at the wallet is waited for.", async () => {
  const { courier, storage } = await phone();
  await courier.inbox.refresh();
  const { open, opened } = gate();
  const held = storage.alone(async () => {
    const entry = await courier.wallet.entry(ROOF);
    await opened;
    await courier.wallet.replace([{ ...entry, held: 9 }]);
  });
  const refreshed = courier.inbox.refresh();
  open();
  await Promise.all([held, refreshed]);
  assert.equal((await courier.wallet.entry(ROOF)).held, 9);
});

test("Who signs out while an answer is on its way leaves nothing behind.", async () => {
  // rule: PEOPLE-7
  const { courier, paper, storage } = await phone();
  const { open, opened } = gate();
  const inbox = paper.inbox.bind(paper);
  const asked = gate();
  paper.inbox = async (question) => {
    asked.open();
    await opened;
    return inbox(question);
  };
  const refreshed = courier.inbox.refresh();
  await asked.opened;
  await courier.wallet.empty();
  open();
  await refreshed;
  assert.deepEqual(await names(storage), []);
});

test("Who signs out while a phone is being registered is no phone that lacks its key.", async () => {
  // rule: PEOPLE-7
  const paper = await PaperService.open();
  const storage = memoryStorage();
  const { open, opened } = gate();
  const asked = gate();
  const tell = async (...call) => {
    asked.open();
    await opened;
    return paper.service.tell(...call);
  };
  const service = { ...paper.service, tell };
  const courier = await openCourier({ as: "resident", channel: null, service, storage, now: () => START_MS });
  const registered = courier.wallet.register("Chrome on Android");
  await asked.opened;
  await courier.wallet.empty();
  open();
  await assert.rejects(registered, (problem) => problem instanceof Refused && problem.type === "signed-out");
  assert.equal(await courier.wallet.phone(), null);
  assert.equal(await courier.wallet.register("Chrome on Android"), "phone-1");
  paper.doors = [{ lock: ROOF, cls: 1 }];
  assert.equal(await courier.inbox.refresh(), true, "its grants are for the key that it has");
});

test("What was begun at a lock goes too when the phone is emptied, and whoever found out, the page hears of it.", async () => {
  // rule: PEOPLE-7
  let heard = 0;
  const { courier, paper, storage } = await phone({ onremoved: () => heard++ });
  await courier.inbox.refresh();
  await storage.change([{ drawer: "staged", name: ROOF, put: { door: "d", nonce: utf8("n"), at_ms: START_MS } }]);
  paper.removed = true;
  await assert.rejects(update({ courier, lock: ROOF, pull: true }), PhoneRemoved);
  assert.deepEqual(await names(storage), []);
  assert.equal(heard, 1);
});

test("What another key has sealed is not there, and stands in nobody's way.", async () => {
  const { courier, paper, storage } = await phone();
  await courier.inbox.refresh();
  await courier.outbox.put("receipt", ROOF, utf8("proof"));
  const other = await freshSealingKey();
  const strange = await seal(other, utf8("x"), utf8(`resident ${GYM}`));
  const key = "00".repeat(16);
  await storage.change([
    { drawer: "doors", name: `resident ${GYM}`, put: strange },
    { drawer: "outbox", name: key, put: { kind: "segment", lock: ROOF, at_ms: START_MS - 1, kept: strange } },
  ]);
  assert.equal(await courier.wallet.entry(GYM), null);
  await courier.wallet.hold(GYM, 3);
  assert.deepEqual(
    (await courier.wallet.doors()).map(({ lock }) => lock),
    [ROOF],
  );
  assert.deepEqual(await courier.outbox.handIn(), { handedIn: 1, left: 0, refused: [key] });
  assert.equal(await courier.inbox.refresh(), true);
  assert.ok(!(await names(storage)).includes(`doors/resident ${GYM}`));
  assert.equal(paper.taken.size, 1);
});

test("A question about a lock that is none of one's own any more is dropped, and the news still come.", async () => {
  // rule: LOCK-5
  const { courier, paper, storage } = await phone();
  const ask = paper.answer.bind(paper);
  paper.answer = async (path, question) => {
    if (path === "/gateway/time" && hex(question.get("lock")) === GYM) throw new Refused(404, "not-found", "");
    return ask(path, question);
  };
  for (const lock of [GYM, ROOF])
    await storage.change([{ drawer: "questions", name: lock, put: { nonce: new Uint8Array(16), asked_ms: START_MS, answer: null } }]);
  assert.equal(await courier.inbox.refresh(), true);
  assert.equal((await courier.wallet.doors()).length, 1);
  assert.deepEqual(await answersReady(courier.wallet), [ROOF]);
  assert.deepEqual((await storage.all("questions")).length, 1);
});

test("An answer belongs to the question that was asked: what the lock has asked anew meanwhile stays unanswered.", async () => {
  // rule: LOCK-5
  const { courier, paper, storage } = await phone();
  const { wallet, service } = courier;
  const put = (nonce) => [{ drawer: "questions", name: ROOF, put: { nonce, asked_ms: START_MS, answer: null } }];
  await storage.change(put(new Uint8Array(16)));
  const ask = paper.answer.bind(paper);
  paper.answer = async (path, question) => {
    if (path === "/gateway/time") await storage.change(put(new Uint8Array(16).fill(7)));
    return ask(path, question);
  };
  assert.equal(await answerQuestions({ wallet, service }), 0);
  const kept = await storage.get("questions", ROOF);
  assert.deepEqual([kept.nonce[0], kept.answer], [7, null]);
});

test("A proof that the service refused never becomes a check, whoever handed it in.", async () => {
  // rule: SYNC-12
  const { courier, paper } = await phone();
  paper.refuses.add("receipt");
  const key = await courier.outbox.put("receipt", ROOF, utf8("proof"));
  await courier.inbox.refresh();
  assert.deepEqual([await courier.outbox.waits(key), courier.outbox.took(key)], [false, false]);
  assert.equal(await handedInLater({ courier, key, every_ms: 0, goesOn: () => true }), false);
});

test("A proof that goes with its phone never becomes a check either.", async () => {
  // rule: SYNC-12
  const { courier, paper } = await phone();
  const key = await courier.outbox.put("receipt", ROOF, utf8("proof"));
  paper.signal = false;
  const later = handedInLater({ courier, key, every_ms: 0, goesOn: () => true });
  await courier.wallet.empty();
  assert.equal(await later, false);
});

test("A proof that waits becomes a check when the service has said that it has it.", async () => {
  // rule: SYNC-12
  const { courier, paper } = await phone();
  const key = await courier.outbox.put("receipt", ROOF, utf8("proof"));
  paper.signal = false;
  let asked = 0;
  const goesOn = () => {
    asked += 1;
    paper.signal = asked > 2;
    return true;
  };
  assert.equal(await handedInLater({ courier, key, every_ms: 0, goesOn }), true);
  assert.ok(asked > 2);
  assert.equal(courier.outbox.took(key), true);
  assert.equal(await handedInLater({ courier, key, every_ms: 0, goesOn: () => false }), false, "nobody wants to know any more");
});

test("An answer that breaks off on its way is no signal, not a fault of the page.", async () => {
  const broken = () => new Response(new ReadableStream({ pull: (stream) => stream.error(new TypeError("cut")) }));
  const service = httpService({ origin: "http://limen.test", csrf: () => "", fetch: async () => broken() });
  await assert.rejects(service.ask("/gateway/time", new Map()), NoSignal);
  await assert.rejects(service.tell("/home/api/phones", {}), NoSignal);
});

test("What is carried is good when the service answers nonsense, or when nothing new finds room.", async () => {
  const { courier, paper, storage } = await phone();
  await courier.inbox.refresh();
  const kept = await courier.wallet.entry(ROOF);
  paper.doors = [{ lock: ROOF, cls: 1, phoneKey: await strangerKey() }];
  assert.equal((await update({ courier, lock: ROOF, pull: true })).result, "unsupported");
  paper.doors = [{ lock: ROOF, cls: 1, ver: 12, proven: 3, bundle: await paper.update(ROOF, 12) }];
  const { change } = storage;
  storage.change = async () => {
    throw new StorageFull("no room left");
  };
  assert.equal((await update({ courier, lock: ROOF, pull: true })).result, "unsupported");
  storage.change = change;
  assert.deepEqual((await courier.wallet.entry(ROOF)).ver, kept.ver);
});
