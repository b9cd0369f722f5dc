// "Reading line 61 of 197." while the file is written; the answer of the form is the next page.

import { say } from "../web/page.js";

const ASKS_EVERY_MS = 300;

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("import"));
const box = document.getElementById("reading");

/** @param {number} line @param {number} lines */
function show(line, lines) {
  const words = (form?.dataset.words ?? "").replace("{line}", String(line)).replace("{lines}", String(lines));
  const place = document.getElementById("reading-words");
  if (place) place.textContent = words;
  const bar = box?.querySelector("progress");
  if (bar) bar.value = line;
}

async function ask() {
  try {
    const answer = await fetch("/c/import/progress", { headers: { Accept: "application/json" } });
    const { line, lines } = await answer.json();
    if (lines) show(line, lines);
  } catch {
    // The next page is on its way, or there is no signal; the form says which.
  }
}

form?.addEventListener("submit", () => {
  if (!box) return;
  box.hidden = false;
  const button = form.querySelector("button");
  if (button) button.hidden = true;
  show(1, Number(form.dataset.lines));
  say(document.getElementById("reading-words")?.textContent ?? "");
  setInterval(ask, ASKS_EVERY_MS);
});
