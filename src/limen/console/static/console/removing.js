// A device that left its door: whoever stands at it tells the lock, and the lock signs that it is empty.

import { Stage } from "../web/stage.js";
import { Pushing } from "./pushing.js";

if (document.getElementById("remove")) {
  const stage = new Stage("remove");
  const pushing = new Pushing(stage);
  stage.root.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do]"));
    if (button?.dataset.do === "stop") pushing.stop();
    if (button?.dataset.do === "start") pushing.start(stage.root.dataset.lock ?? "");
  });
}
