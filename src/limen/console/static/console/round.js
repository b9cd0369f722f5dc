// The round: takes the sealed updates along, and then updates door after door on this very page, so that no signal is needed there.

import { reached } from "../web/signal.js";
import { Stage } from "../web/stage.js";
import { listen, Updating } from "../web/updating.js";
import { tellInForce } from "./brought.js";
import { fasterThanThis, proved } from "./faster.js";
import { following, tellNext } from "./following.js";
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
  reached(name !== "nosignal");
  taken.setAttribute("aria-busy", "false");
  tell(words[name] ?? "", count);
  await lookAround();
});

/** What a row said of its lock is over; the line takes the place of the button. A door is due until its proof is known. @param {HTMLElement} link @param {HTMLElement} line */
function settle(link, line) {
  const row = link.closest("li");
  const over = line.dataset.state === "proved" ? ".truth-line, .overdue, .since" : ".truth-line";
  for (const old of row?.querySelectorAll(over) ?? []) old.remove();
  if (row && line.dataset.state === "proved") row.dataset.state = "proved";
  link.parentElement?.replaceWith(line);
  count();
}

/** What is still due; when nothing is, nothing is left to take along. @param {HTMLElement | null} [besides] a row whose proof the stage shows */
function count(besides = null) {
  const heading = document.getElementById("due");
  const before = document.getElementById("before");
  const waiting = [...(list?.querySelectorAll('.due-row:not([data-state="proved"])') ?? [])];
  const left = waiting.filter((row) => row !== besides).length;
  if (heading) heading.textContent = left ? (heading.dataset.words ?? "").replace("{n}", String(left)) : (heading.dataset.none ?? "");
  if (before) before.hidden = left === 0;
}

/** Rows of doors that somebody else was faster at say so; they stay where they are. */
async function lookAround() {
  const links = /** @type {HTMLElement[]} */ ([...(list?.querySelectorAll("a[data-id]") ?? [])]);
  if (links.length === 0) return;
  const done = await fasterThanThis(links.map((link) => link.dataset.id ?? ""));
  for (const link of links) {
    const sentence = done.get(link.dataset.id ?? "");
    if (sentence) settle(link, proved(sentence));
  }
  list?.dispatchEvent(new CustomEvent("limen:settled"));
}
addEventListener("online", lookAround);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && lookAround());

if (document.getElementById("round") && list) walk(list);

/** @param {HTMLElement} rows */
function walk(rows) {
  const stage = new Stage("round");
  const updating = new Updating({ stage, courier: technician, pull: false, onproof });
  /** @type {HTMLElement | null} */
  let here = null;

  rows.addEventListener("click", (event) => {
    const link = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("a[data-lock]"));
    if (!link) return;
    event.preventDefault();
    goTo(link);
  });

  rows.addEventListener("limen:settled", () => here && !stage.root.hidden && tellNext(stage, rows, here));

  /** The stage is about this door now. @param {HTMLElement} link */
  function goTo(link) {
    here = link;
    const door = link.dataset.door ?? "";
    stage.fill("title", stage.words("title", "words").replace("{door}", door));
    stage.fill("start", stage.words("start", "words").replace("{door}", door));
    stage.part("in-force", false);
    tellNext(stage, rows, link);
    updating.open(link.dataset.lock ?? "");
    rows.hidden = true;
    stage.root.hidden = false;
    stage.root.querySelector("h2")?.focus();
    compare(link);
  }

  function onproof() {
    const link = here;
    if (!link) return;
    count(link.closest("li"));
    tellInForce(stage, link.dataset.id ?? "", () => here === link);
  }

  /** Where the door needs nothing any more, the stage says that instead. @param {HTMLElement} link */
  async function compare(link) {
    const id = link.dataset.id ?? "";
    const sentence = (await fasterThanThis([id])).get(id);
    const idle = ["ready", "interrupted", "nothing"].includes(stage.root.dataset.state ?? "");
    if (!sentence || here !== link || stage.root.hidden || !idle) return;
    stage.fill("already", sentence);
    stage.show("already");
  }

  listen(
    updating,
    () => here?.dataset.lock ?? "",
    () => here && compare(here),
  );
  stage.root.addEventListener("click", (event) => {
    const chosen = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do]"))?.dataset.do;
    if (chosen !== "list" && chosen !== "next") return;
    const on = here && following(rows, here);
    done(stage.root.dataset.state ?? "");
    if (chosen === "next" && on) {
      goTo(on);
      return;
    }
    stage.root.hidden = true;
    rows.hidden = false;
    here?.focus();
  });

  /** The row says what the stage said last, in the same words. @param {string} end */
  function done(end) {
    if (!["confirmed", "at-lock", "already"].includes(end)) return;
    const line = stage.root.querySelector(`[data-when="${end}"] .truth-line`)?.cloneNode(true);
    const row = here?.closest("li");
    if (!line || !row) return;
    if (here) settle(here, /** @type {HTMLElement} */ (line));
    here = row.querySelector("a");
  }
}
