// One update at a door, push only. The page holds every sentence; a check is shown from a receipt alone.

import { openCourier } from "../courier/courier.js";
import { update } from "../courier/update.js";
import { Stage } from "../web/stage.js";

/** Results that share the words of another. @type {ReadonlyMap<string, string>} */
const SHOWN = new Map([
  ["stopped", "interrupted"],
  ["no_lock_chosen", "out_of_reach"],
]);
const stage = new Stage("update");
/** @type {AbortController | null} */
let running = null;

/** @param {{name: string, done?: number, total?: number}} step */
function onstep({ name, done, total }) {
  if (name === "waiting" || name === "newer") stage.fill("extra", stage.words("extra", name));
  else stage.step({ connecting: "looking", fetching: "looking" }[name] ?? name);
  if (name === "sending" && total) {
    stage.fill("parts", `${done} / ${total}`);
    stage.progress((100 * (done ?? 0)) / total);
  }
}

async function start() {
  stage.show("running");
  stage.fill("extra", "");
  running = new AbortController();
  const awake = await navigator.wakeLock?.request("screen").catch(() => null);
  try {
    const courier = await openCourier({ as: "manager" });
    if (!courier.channel) {
      stage.show("unsupported");
      return;
    }
    await courier.wallet.register(navigator.userAgent.includes("Android") ? "Android" : "Browser");
    await courier.inbox.refresh();
    const answer = await update({ courier, lock: stage.root.dataset.lock ?? "", pull: false, onstep, signal: running.signal });
    if (answer.result === "confirmed" && answer.receipt !== null) {
      stage.fill("at", stage.clock(answer.receipt.at_ms));
      stage.show(answer.handedIn ? "confirmed" : "at-lock");
    } else stage.show(SHOWN.get(answer.result) ?? answer.result);
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
