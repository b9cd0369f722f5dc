// The round: takes the sealed updates along, and then updates door after door on this very page, so that no signal is needed there.

import { Stage } from "../web/stage.js";
import { listen, Updating } from "../web/updating.js";
import { technician } from "./technician.js";

const take = document.getElementById("take");
const taken = /** @type {HTMLElement | null} */ (document.getElementById("taken"));
const list = document.getElementById("list");
const QUIET_MS = 300; // until then nothing is said: most networks are done sooner
const SLOW_MS = 8000;

/** @param {string} words @param {number} [count] */
function tell(words, count = 0) {
  if (!taken) return;
  taken.hidden = false;
  taken.textContent = words.replace("{n}", String(count));
}

/** What became of it, as the name of its sentence and how many updates are here. @returns {Promise<[string, number]>} */
async function takeAlong() {
  const courier = await technician().catch(() => null);
  if (courier === null) return ["nosignal", 0];
  if (!courier.channel) return ["unsupported", 0];
  if (!(await courier.inbox.refresh())) return ["nosignal", 0];
  const count = (await courier.inbox.carried()).length;
  return [count === 0 ? "none" : count === 1 ? "one" : "words", count];
}

take?.addEventListener("click", async () => {
  if (!taken || taken.getAttribute("aria-busy") === "true") return; // a second tap changes nothing
  const words = taken.dataset;
  taken.setAttribute("aria-busy", "true");
  const saying = [setTimeout(() => tell(words.taking ?? ""), QUIET_MS), setTimeout(() => tell(words.slow ?? ""), SLOW_MS)];
  /** @type {[string, number]} */
  const [name, count] = await takeAlong().catch(() => ["nosignal", 0]);
  for (const one of saying) clearTimeout(one);
  taken.setAttribute("aria-busy", "false");
  tell(words[name] ?? "", count);
});

if (document.getElementById("round") && list) walk(list);

/** @param {HTMLElement} rows */
function walk(rows) {
  const stage = new Stage("round");
  const updating = new Updating({ stage, courier: technician, pull: false });
  /** @type {HTMLElement | null} */
  let here = null;

  rows.addEventListener("click", (event) => {
    const link = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("a[data-lock]"));
    if (!link) return;
    event.preventDefault();
    here = link;
    const door = link.dataset.door ?? "";
    stage.fill("title", stage.words("title", "words").replace("{door}", door));
    stage.fill("start", stage.words("start", "words").replace("{door}", door));
    updating.open(link.dataset.lock ?? "");
    rows.hidden = true;
    stage.root.hidden = false;
    stage.root.querySelector("h2")?.focus();
  });

  listen(updating, () => here?.dataset.lock ?? "");
  stage.root.addEventListener("click", (event) => {
    if (!(/** @type {HTMLElement} */ (event.target).closest('[data-do="list"]'))) return;
    done(stage.root.dataset.state ?? "");
    stage.root.hidden = true;
    rows.hidden = false;
    here?.focus();
  });

  /** The row says what the stage said last, in the same words. @param {string} end */
  function done(end) {
    if (end !== "confirmed" && end !== "at-lock") return;
    const line = stage.root.querySelector(`[data-when="${end}"] .truth-line`)?.cloneNode(true);
    const row = here?.closest("li");
    if (!line || !row) return;
    here?.parentElement?.replaceWith(line);
    here = row.querySelector("a");
  }
}
