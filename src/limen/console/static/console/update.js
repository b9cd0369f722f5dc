// The page of one door: start, stop, continue.

import { Stage } from "../web/stage.js";
import { Pushing } from "./pushing.js";

const stage = new Stage("update");
const pushing = new Pushing(stage);
const before = document.querySelector("[data-hide-when-done]");

stage.root.addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do]"));
  if (button?.dataset.do === "stop") pushing.stop();
  if (button?.dataset.do !== "start") return;
  const end = await pushing.start(stage.root.dataset.lock ?? "");
  if (before && (end === "confirmed" || end === "at-lock")) before.remove();
});
