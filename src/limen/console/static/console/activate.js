// The installer's page: the sticker is typed or scanned, the lock attests, the service answers, the lock confirms.

/** @import { Activated } from "../courier/activate.js" */

import { activate } from "../courier/activate.js";
import { Stage } from "../web/stage.js";
import { technician } from "./technician.js";

/** Results that share the words of another. @type {ReadonlyMap<string, string>} */
const SHOWN = new Map([
  ["stopped", "refused"],
  ["no_lock_chosen", "out_of_reach"],
  ["bluetooth_off", "out_of_reach"],
]);
const stage = new Stage("activate");
const sticker = /** @type {HTMLInputElement | null} */ (document.getElementById("sticker"));

/** The service's sentence as it stands; the lock's word as the page says it, where it has words for it. @param {Activated} answer */
function stateOf({ result, reason, said }) {
  if (said !== null) return "said";
  if (reason !== null && stage.has("when", `reason-${reason}`)) return `reason-${reason}`;
  return SHOWN.get(result) ?? result;
}

async function start() {
  stage.show("running");
  try {
    const courier = await technician();
    if (!courier.channel) {
      stage.show("unsupported");
      return;
    }
    const answer = await activate({
      courier,
      door: stage.root.dataset.door ?? "",
      swap: stage.root.dataset.swap !== undefined,
      sticker: sticker?.value.trim() ?? "",
      onstep: ({ name }) => stage.step(name),
    });
    if (answer.result === "active") stage.fill("at", stage.clock(courier.now()));
    stage.fill("said", answer.said ?? "");
    stage.show(stateOf(answer));
  } catch (problem) {
    console.warn(problem instanceof Error ? problem.name : "problem");
    stage.show("refused");
  }
}

stage.root?.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
stage.root?.addEventListener("click", (event) => {
  if (/** @type {HTMLElement} */ (event.target).closest("[data-do=again]")) stage.show("ready");
});
