// The code under the battery cover from the browser's side: it carries, and adds no points (rule: LOCK-10).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { activate } from "../../src/limen/web/static/courier/activate.js";
import { hex, unhex } from "../../src/limen/web/static/courier/bytes.js";
import { encode, NotCanonical } from "../../src/limen/web/static/courier/cbor.js";
import { Arrivals, OutOfReach } from "../../src/limen/web/static/courier/channel.js";
import { prove, readCover, uncover, WrongDigits } from "../../src/limen/web/static/courier/cover.js";
import { Cutter, Joiner } from "../../src/limen/web/static/courier/frames.js";
import { publicOf } from "../../src/limen/web/static/courier/noise.js";
import { NoSignal, Refused } from "../../src/limen/web/static/courier/service.js";
import { Denied } from "../../src/limen/web/static/courier/session.js";
import { activationKeys } from "../../src/limen/web/static/courier/sticker.js";

const { exchange, refusals } = JSON.parse(readFileSync(new URL("../../src/limen/wire/vectors/cover.json", import.meta.url), "utf8"));
const { signal } = new AbortController();
const door = new Uint8Array(16);
const cover = { name: exchange.name, digits: exchange.digits };

/** A lock that answers as written, whatever it hears. */
class Lock {
  heard = [];
  called = [];
  closed = false;

  constructor(answers) {
    this.answers = [...answers];
  }

  openNamed = async (name) => {
    this.called.push(name);
    const arrivals = new Arrivals();
    const [cutter, joiner] = [new Cutter(182), new Joiner()];
    const send = async (frame) => {
      const message = joiner.take(frame);
      if (message === null) return;
      this.heard.push(hex(message));
      const answer = this.answers.shift();
      if (answer === undefined) arrivals.end();
      else for (const part of cutter.cut(unhex(answer))) arrivals.put(part);
    };
    const close = () => {
      this.closed = true;
      arrivals.end();
    };
    return { frameBytes: 182, send, receive: () => arrivals.next(), close };
  };
}

/** A service that proves as written. */
function proving(last) {
  const asked = [];
  const ask = async (path, question) => {
    asked.push([path, question]);
    if (path.endsWith("begin")) return new Map().set("said", unhex(exchange.said[1])).set("nonce", new Uint8Array(16));
    return last();
  };
  return { asked, ask };
}

const right = () => new Map().set("said", unhex(exchange.said[2])).set("secret", unhex(exchange.secret));
const wrong = () => {
  throw new Refused(409, "wrong_cover_code", "These are not the digits of this lock.");
};

test("The messages of the vectors are carried as they are, and the secret gives the keys of the sticker's session.", async () => {
  const [lock, service] = [new Lock(exchange.heard), proving(right)];
  const courier = { channel: lock, service };
  const uncovered = await uncover({ courier, cover, signal });
  assert.equal(hex(uncovered.lockId), exchange.lock_id);
  const sticker = await prove(uncovered, { courier, door, signal });
  assert.deepEqual([lock.heard, lock.called], [exchange.said, [exchange.name]]);
  assert.equal(hex(sticker.secret), exchange.secret);
  const { psk, lockKey } = await activationKeys(sticker);
  assert.deepEqual([hex(psk), hex(lockKey)], [exchange.psk, hex(await publicOf(unhex(exchange.static_private)))]);
  const [[, begun], [, ended]] = service.asked;
  assert.deepEqual([begun.get("digits"), hex(begun.get("told"))], [exchange.digits, exchange.heard[0]]);
  assert.equal(hex(ended.get("heard")), exchange.heard[1]);
});

test("Wrong digits are told with the tries that are left, and the lock hears nothing more.", async () => {
  const [lock, service] = [new Lock(exchange.heard), proving(wrong)];
  const courier = { channel: lock, service };
  const uncovered = await uncover({ courier, cover, signal });
  await assert.rejects(prove(uncovered, { courier, door, signal }), (problem) => problem instanceof WrongDigits && problem.left === 4);
  assert.deepEqual(lock.heard, exchange.said.slice(0, 2));
});

test("A proof whose answer was lost is asked for again with the same words: the lock has charged a try for it.", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let lost = 2;
  const [lock, service] = [new Lock(exchange.heard), proving(() => (lost-- > 0 ? Promise.reject(new NoSignal("lost")) : right()))];
  const courier = { channel: lock, service };
  const uncovered = await uncover({ courier, cover, signal });
  const ticking = setInterval(() => t.mock.timers.tick(2000), 1);
  const sticker = await prove(uncovered, { courier, door, signal }).finally(() => clearInterval(ticking));
  assert.equal(hex(sticker.secret), exchange.secret);
  const ends = service.asked.filter(([path]) => path.endsWith("end")).map(([, question]) => hex(encode(question)));
  assert.deepEqual([ends.length, new Set(ends).size], [3, 1]);
});

test("Why a lock begins no exchange is its own word, and the service hears no digits.", async () => {
  for (const { reason, heard } of refusals) {
    const [lock, service] = [new Lock([heard]), proving(right)];
    const asked = uncover({ courier: { channel: lock, service }, cover, signal });
    await assert.rejects(asked, (problem) => problem instanceof Denied && problem.reason === reason);
    assert.deepEqual([service.asked, lock.closed], [[], true]);
  }
});

test("Whatever else a lock says, the link ends.", async () => {
  for (const heard of ["", "80", "8100", exchange.heard[1], exchange.heard[2], `${exchange.heard[0]}00`]) {
    const lock = new Lock(heard === "" ? [] : [heard]);
    await assert.rejects(uncover({ courier: { channel: lock, service: proving(right) }, cover, signal }));
    assert.equal(lock.closed, true);
  }
});

test("An activation says what came of it and hangs up.", async () => {
  const storage = { get: async () => undefined, change: async () => undefined };
  const wallet = { phone: async () => null };
  const begun = new Map().set("n_s", new Uint8Array(16));
  const asking = (lock, last) => {
    const { ask } = proving(last);
    const service = { ask: async (path, question) => (path === "/gateway/activation/begin" ? begun : ask(path, question)) };
    return {
      courier: { channel: lock, service, storage, wallet, now: () => 0 },
      door: "00000000-0000-0000-0000-000000000000",
      sticker: cover,
    };
  };
  const lock = new Lock(exchange.heard);
  assert.deepEqual(await activate(asking(lock, wrong)), { result: "wrong_digits", reason: null, said: null, left: 4 });
  assert.equal(lock.closed, true);
  const basement = asking(new Lock(exchange.heard), right);
  basement.courier.service.ask = async () => {
    throw new NoSignal();
  };
  assert.equal((await activate(basement)).result, "no_signal");
  assert.equal(basement.courier.channel.closed, true);
  const said = { door: basement.door, nonce: new Uint8Array(16), attest: new Uint8Array(1), h: new Uint8Array(32), at_ms: 0 };
  basement.courier.channel = new Lock(exchange.heard);
  basement.courier.storage = { ...storage, get: async () => said };
  assert.equal((await activate(basement)).result, "needs_signal");
  const none = new Lock([hex(encode([3, 16]))]);
  assert.deepEqual(await activate(asking(none, right)), { result: "refused", reason: "press_again", said: null });
  const away = { openNamed: async () => Promise.reject(new OutOfReach("nobody")) };
  assert.equal((await activate(asking(away, right))).result, "out_of_reach");
});

test("What stands under a cover is read with spaces and small letters, and nothing else is.", () => {
  assert.deepEqual(readCover({ name: " 7k2m 9qxd ", digits: "2047 8135" }), { name: "7K2M9QXD", digits: "20478135" });
  for (const typed of [
    { name: "7K2M9QXO", digits: "20478135" },
    { name: "7K2M9QX", digits: "20478135" },
    { name: "7K2M9QXD", digits: "2047813" },
    { name: "7K2M9QXD", digits: "2047813x" },
  ])
    assert.throws(() => readCover(typed), NotCanonical);
});
