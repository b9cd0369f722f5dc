// Who waits is told so after a moment, and once more when it takes long (screens 1.3).
import assert from "node:assert/strict";
import { test } from "node:test";
import { whileLoading } from "../../src/limen/web/static/web/loading.js";

/** An element that can be busy. */
function element() {
  const said = new Map();
  return {
    said,
    setAttribute: (/** @type {string} */ name, /** @type {string} */ value) => said.set(name, value),
    removeAttribute: (/** @type {string} */ name) => said.delete(name),
  };
}

/** @param {import("node:test").TestContext} t */
function waiting(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const busy = element();
  const told = [];
  let end = (/** @type {unknown} */ _what) => {};
  let fail = (/** @type {Error} */ _why) => {};
  const coming = new Promise((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const done = whileLoading(coming, { busy, tell: (/** @type {string} */ wait) => told.push(wait) });
  return { busy, told, end, fail, done, pass: (/** @type {number} */ ms) => t.mock.timers.tick(ms) };
}

test("What comes within 300 ms is waited for without a word.", async (t) => {
  const wait = waiting(t);
  assert.equal(wait.busy.said.get("aria-busy"), "true");
  wait.pass(299);
  assert.deepEqual(wait.told, []);
  wait.end("doors");
  assert.equal(await wait.done, "doors");
  wait.pass(20_000);
  assert.deepEqual(wait.told, [""]);
  assert.equal(wait.busy.said.size, 0);
});

test("Then it is said, and after 8 s that it takes longer than usual; what comes ends both.", async (t) => {
  const wait = waiting(t);
  wait.pass(300);
  assert.deepEqual(wait.told, ["loading"]);
  wait.pass(7699);
  assert.deepEqual(wait.told, ["loading"]);
  wait.pass(1);
  assert.deepEqual(wait.told, ["loading", "slow"]);
  wait.end("doors");
  await wait.done;
  assert.deepEqual(wait.told, ["loading", "slow", ""]);
});

test("What does not come after all leaves nobody waiting.", async (t) => {
  const wait = waiting(t);
  wait.pass(300);
  wait.fail(new Error("no signal"));
  await assert.rejects(wait.done, /no signal/);
  assert.deepEqual(wait.told, ["loading", ""]);
  assert.equal(wait.busy.said.size, 0);
});
