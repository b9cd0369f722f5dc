// The update of one door, push and pull: five steps, Continue after an interruption, and a check from a receipt alone (W9).

import { update } from "../courier/update.js";
import { Stage } from "../web/stage.js";
import { now } from "./clock.js";
import { phone } from "./phone.js";
import { when } from "./when.js";

/** @import { Step } from "../courier/reach.js" */
/** @import { Updated } from "../courier/update.js" */

const stage = new Stage("update");
const KEPT = `limen-update-${stage.root.dataset.lock}`;
/** @type {AbortController | null} */
let running = null;

/** @param {Step} said */
function onstep({ name, done, total }) {
  // rule: SYNC-6
  if (name === "waiting" || name === "newer" || name === "yielding") {
    stage.fill("extra", stage.words("extra", name));
    return;
  }
  stage.fill("extra", "");
  stage.step(name === "looking" ? "connecting" : name);
  if (name === "sending" && total) {
    stage.fill(
      "parts",
      stage
        .words("parts", "of")
        .replace("{done}", String(done ?? 0))
        .replace("{total}", String(total)),
    );
    stage.progress((100 * (done ?? 0)) / total);
  }
}

/** @param {Updated} answer */
async function told(answer) {
  if (answer.result !== "confirmed" || answer.receipt === null) {
    stage.show(answer.result === "stopped" ? "interrupted" : answer.result);
    return;
  }
  localStorage.removeItem(KEPT);
  stage.fill("at", when(answer.receipt.at_ms, now()));
  stage.fill("battery", answer.battery === null ? "" : stage.words("battery", "percent").replace("{n}", String(answer.battery)));
  const { records } = await (await phone()).outbox.waiting();
  stage.fill("records", records === 0 ? "" : stage.words("records", "words").replace("{n}", String(records)));
  stage.show(answer.handedIn ? "confirmed" : "at-lock");
}

async function start() {
  document.getElementById("last")?.remove();
  stage.show("running");
  stage.progress(0);
  localStorage.setItem(KEPT, "begun");
  running = new AbortController();
  const offline = /** @type {HTMLElement | null} */ (stage.root.querySelector('[data-part="no-signal"]'));
  if (offline) offline.hidden = navigator.onLine;
  const awake = await navigator.wakeLock?.request("screen").catch(() => null);
  try {
    const courier = await phone();
    await told(await update({ courier, lock: stage.root.dataset.lock ?? "", pull: true, onstep, signal: running.signal }));
  } catch (problem) {
    console.warn(problem instanceof Error ? problem.name : "problem");
    stage.show("interrupted");
  } finally {
    awake?.release();
  }
}

stage.root.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do]"));
  if (button?.dataset.do === "start") start();
  if (button?.dataset.do === "stop") running?.abort();
});

// Somebody closed the page halfway: it says so, and goes on from there.
if (localStorage.getItem(KEPT)) stage.show("interrupted");
