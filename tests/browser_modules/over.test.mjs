// A lock refused: what the resident's page tells about access that went away, is paused, or was only renewed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { module } from "./served.mjs";

const GYM = "0196-gym";
const { mayBeOver, whatBecame } = await module("resident/over.js");

/** A service that says this of the doors. @param {Record<string, unknown>} state @param {boolean} [there] */
function service(state, there = true) {
  globalThis.document = /** @type {any} */ ({ cookie: "", documentElement: { lang: "en", dataset: {} }, dispatchEvent: () => true });
  globalThis.fetch = async () => {
    if (!there) throw new TypeError("no network");
    return new Response(JSON.stringify({ doors: [], ended: [], ...state }), { status: 200 });
  };
}

test("Access that is paused while the page is open is told as paused, and nobody is sent to tap again.", async () => {
  const paused = "Your access is paused. The property team: 212 555 0100.";
  service({ doors: [{ id: GYM, state: "paused", sentence: paused, app: true, lock: "4c4d", opens: false }] });
  assert.deepEqual(await whatBecame(GYM), { ended: paused });
  for (const reason of ["revoked", "no_right", "not_ready"]) assert.ok(mayBeOver(reason), reason);
});

test("So is every other state in which the door is held and yet opens by no phone.", async () => {
  for (const [state, sentence] of [
    ["later", "Opens for you from Mon 23 Nov 15:00."],
    ["no-device", "No device yet. This door opens for you when one is activated."],
    ["ready", "Opens with your code or card."],
  ]) {
    service({ doors: [{ id: GYM, state, sentence, opens: false }] });
    assert.deepEqual(await whatBecame(GYM), { ended: sentence });
  }
});

test("What ended is told with its end; of another door, and without signal, nothing is made up.", async () => {
  const ended = "Your access to Gym ended today 09:02.";
  service({ ended: [{ id: GYM, sentence: ended }], doors: [{ id: "other", sentence: "Ready", opens: true }] });
  assert.deepEqual(await whatBecame(GYM), { ended });
  assert.equal(await whatBecame("elsewhere"), null);
  service({}, false);
  assert.equal(await whatBecame(GYM), null);
});
