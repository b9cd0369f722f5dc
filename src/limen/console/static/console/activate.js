// The installer's page: the sticker is typed or scanned, or what stands under the battery cover is typed; the lock attests, the service answers, the
// lock confirms.

/** @import { Activated } from "../courier/activate.js" */

import { activate } from "../courier/activate.js";
import { Stage } from "../web/stage.js";
import { isSticker, Scanner } from "./scan.js";
import { technician } from "./technician.js";

/** Results that share the words of another. @type {ReadonlyMap<string, string>} */
const SHOWN = new Map([["stopped", "refused"]]);
const stage = new Stage("activate");
const scanner = new Scanner(/** @type {HTMLElement} */ (document.getElementById("scanner")), scanned);

/** @param {string} id @returns {string} */
function typed(id) {
  return /** @type {HTMLInputElement | null} */ (document.getElementById(id))?.value.trim() ?? "";
}

/** @param {string} text */
function scanned(text) {
  const written = /** @type {HTMLFormElement} */ (document.getElementById("written"));
  /** @type {HTMLInputElement} */ (document.getElementById("sticker")).value = text;
  written.querySelector("button")?.focus();
}

/** The service's sentence as it stands; the lock's word as the page says it, where it has words for it. @param {Activated} answer */
function stateOf({ result, reason, said, left }) {
  if (said !== null) return "said";
  if (result === "wrong_digits" && left === 0) return "wrong_digits_last";
  if (reason !== null && stage.has("when", `reason-${reason}`)) return `reason-${reason}`;
  return SHOWN.get(result) ?? result;
}

/** @param {string | {name: string, digits: string}} sticker what was typed */
async function start(sticker) {
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
      sticker,
      onstep: ({ name }) => stage.step(name),
    });
    if (answer.result === "active") stage.fill("at", stage.clock(courier.now()));
    stage.fill("said", answer.said ?? "");
    stage.fill("left", String(answer.left ?? ""));
    stage.show(stateOf(answer));
  } catch (problem) {
    console.warn(problem instanceof Error ? problem.name : "problem");
    stage.show("refused");
  }
}

stage.root?.addEventListener("submit", (event) => {
  event.preventDefault();
  scanner.stop();
  const uncovered = /** @type {HTMLElement} */ (event.target).id === "cover";
  const sticker = typed("sticker").toUpperCase();
  if (uncovered) start({ name: typed("name"), digits: typed("digits") });
  else if (isSticker(sticker)) start(sticker);
  else stage.show("no_sticker");
});
stage.root?.addEventListener("click", (event) => {
  if (!(/** @type {HTMLElement} */ (event.target).closest("[data-do=again]"))) return;
  stage.show("ready");
  /** @type {HTMLElement | null} */ (document.querySelector("#damaged[open] #digits") ?? document.getElementById("sticker"))?.focus();
});
scanner.offer();
