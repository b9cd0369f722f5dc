// Without signal the console shows what it had: from when that is, and what still works on this page.

import { madeAt, reached, SignalBar } from "../web/signal.js";

const bar = /** @type {HTMLElement} */ (document.getElementById("signal"));

async function sentence() {
  return [(bar.dataset.words ?? "").replace("{at}", madeAt()), bar.dataset.works ?? ""].filter(Boolean).join(" ");
}

addEventListener("online", () => reached(true));
new SignalBar(bar, sentence).watch();
