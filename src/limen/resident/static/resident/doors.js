// Opening doors: one tap, the result beside the button, the page stays; a second door's tap stops the first (W7, W8).

/** @import { Step } from "../courier/reach.js" */

import { unlock } from "../courier/unlock.js";
import { now } from "../web/clock.js";
import { tellIn, whileLoading } from "../web/loading.js";
import { Stage } from "../web/stage.js";
import { clock } from "../web/when.js";
import { offerFirst, putFirst } from "./favourites.js";
import { endedByDate, mayBeOver, whatBecame } from "./over.js";
import { phone, refreshed } from "./phone.js";

const OPEN_S = 10;
const CRITICAL = 5;
const PATIENCE_MS = 40_000; // of two questions to the service (courier/service.js)
const ready = refreshed().catch(() => true);

/** @param {HTMLElement} row */
function stageOf(row) {
  return new Stage(`opening-${row.dataset.door}`);
}

/** @param {HTMLElement} row @param {string} state */
function settle(row, state) {
  const stage = stageOf(row);
  row.dataset.opening = state;
  const known = stage.root.querySelector(`[data-when="${state}"]`) !== null;
  stage.show(known ? state : "refused");
}

/** @param {HTMLElement} row @param {Step} step */
function step(row, { name, done, total, call }) {
  if (name === "choosing") {
    settle(row, "first");
    stageOf(row).fill("call", call ?? "");
  }
  if (!["looking", "connecting", "setting_up"].includes(name)) return;
  const stage = stageOf(row);
  if (row.dataset.opening !== name) settle(row, name);
  if (name === "setting_up" && total) stage.progress((100 * (done ?? 0)) / total);
}

/** @param {HTMLElement} row */
async function open(row) {
  const turn = String(performance.now());
  row.dataset.turn = turn;
  settle(row, "looking");
  const courier = await phone();
  const lock = row.dataset.lock ?? "";
  if ((await courier.wallet.entry(lock)) === null) await doorsOf(row, turn);
  if ((await courier.wallet.entry(lock)) === null) {
    await refused(row, "not_ready", turn);
    return;
  }
  const answer = await unlock({ courier, lock, onstep: (said) => row.dataset.turn === turn && step(row, said) });
  if (row.dataset.turn !== turn) return;
  if (answer.result === "open") {
    await opened(row, answer, turn);
    return;
  }
  stageOf(row).fill("clock", clock(now()));
  if (answer.result === "stopped") settle(row, "idle");
  else if (answer.result === "refused") await refused(row, answer.reason, turn);
  else settle(row, answer.result);
}

/** A phone that is new has fetched no doors yet. @param {HTMLElement} row @param {string} turn */
async function doorsOf(row, turn) {
  const late = new Promise((end) => setTimeout(end, PATIENCE_MS));
  const tellHere = tellIn(stageOf(row).root);
  await whileLoading(Promise.race([ready, late]), {
    busy: row,
    tell: (wait) => {
      if (row.dataset.turn !== turn) return;
      if (wait === "loading") settle(row, "loading");
      if (wait === "" && row.dataset.opening === "loading") settle(row, "looking");
      tellHere(wait);
    },
  });
}

/** What the lock says at once; then, where access may be over, what the service or the page knows of it. @param {HTMLElement} row @param {string | null} reason @param {string} turn */
async function refused(row, reason, turn) {
  settle(row, reason === null || reason === "not_ready" ? (reason ?? "refused") : `reason-${reason}`);
  if (!mayBeOver(reason)) return;
  const stage = stageOf(row);
  const byDate = endedByDate(stage.root, now());
  const became = byDate ? { ended: byDate } : await whatBecame(row.dataset.door ?? "");
  if (row.dataset.turn !== turn || became === null) return;
  if (became === "held") {
    if (reason === "revoked") settle(row, "changed");
    return;
  }
  stage.fill("ended", became.ended);
  settle(row, "reason-ended");
}

/** @param {HTMLElement} row @param {import("../courier/unlock.js").Unlocked} answer @param {string} turn */
async function opened(row, answer, turn) {
  settle(row, "open");
  navigator.vibrate?.(200);
  const standing = /** @type {HTMLElement | null} */ (row.querySelector('[data-fill="standing"]'));
  if (answer.setUp && standing) {
    standing.textContent = standing.dataset.ready ?? "";
    row.dataset.state = "ready";
  }
  const { root } = stageOf(row);
  setTimeout(
    () => {
      if (row.dataset.turn === turn && row.dataset.opening === "open") {
        row.dataset.opening = "idle";
        root.dataset.state = "idle";
      }
    },
    1000 * Number(root.dataset.engaged ?? OPEN_S),
  ); // rule: LOCK-4
  const passed = await answer.afterwards;
  const battery = /** @type {HTMLElement | null} */ (row.querySelector('[data-part="battery"]'));
  if (battery) battery.hidden = passed.battery === null || passed.battery >= CRITICAL;
  refreshed().catch(() => undefined);
}

/** What no page can expect: nobody is left with a row that goes on looking. @param {HTMLElement} row @param {Error} problem */
function failed(row, problem) {
  console.warn(problem.name);
  if (row.dataset.opening !== "open" && row.dataset.opening !== "idle") settle(row, "out_of_reach");
}

/** Where this browser cannot talk to locks each row offers the code instead (M17). */
async function look() {
  const { channel } = await phone();
  if (channel !== null) return;
  const notice = document.getElementById("unsupported");
  if (notice) notice.hidden = false;
  for (const part of document.querySelectorAll('[data-part="open"]')) /** @type {HTMLElement} */ (part).hidden = true;
  for (const part of document.querySelectorAll('[data-part="code"]')) /** @type {HTMLElement} */ (part).hidden = false;
}

/** How many sealed updates of other doors ride along. */
async function carried() {
  const line = document.getElementById("carried");
  if (!line) return;
  const { length: count } = await (await phone()).wallet.elsewhere();
  const link = line.querySelector("a");
  line.hidden = count === 0;
  if (link) link.textContent = (count === 1 ? line.dataset.one : line.dataset.many)?.replace("{n}", String(count)) ?? "";
}

document.getElementById("doors")?.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest('[data-do="open"]'));
  const row = /** @type {HTMLElement | null} */ (button?.closest("[data-lock]") ?? null);
  if (row) open(row).catch((problem) => failed(row, problem));
});
const list = document.querySelector("ul#doors");
if (list) putFirst(/** @type {HTMLElement} */ (list));
const favourite = document.getElementById("favourite");
if (favourite) offerFirst(favourite, /** @type {HTMLElement} */ (favourite.closest("[data-door]")).dataset.door ?? "");
look();
ready.then(carried);
