// Before a sign-in ends by itself the page says so, 20 seconds ahead, with a button to stay. Nothing is lost by time (screens 1.5).

import { now } from "./clock.js";

const WARN_S = 20;
const LONGEST_S = 3600; // timers of browsers do not reach over weeks, and stand still while a machine sleeps
const AGAIN_S = 5;

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("staying"));
const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let ends_ms = 0;
let turn = 0; // an answer to an earlier question than the wish to stay says nothing any more

/** @param {"ending" | "ended"} state */
function show(state) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-when]"))) {
    part.hidden = part.dataset.when !== state;
  }
  if (!dialog.open) dialog.showModal();
  /** @type {HTMLElement | null} */ (dialog.querySelector(`[data-when="${state}"] h2`))?.focus();
}

/** Looks again when it matters, at the latest in an hour. @param {number} left_s */
function expect(left_s) {
  ends_ms = Date.now() + left_s * 1000;
  if (dialog.open) dialog.close();
  wait();
}

function wait() {
  clearTimeout(timer);
  const quiet_s = (ends_ms - Date.now()) / 1000 - WARN_S;
  timer = setTimeout(quiet_s <= 0 ? look : wait, Math.max(0, Math.min(quiet_s, LONGEST_S)) * 1000);
}

/** Another window may have stayed, and this page may be an old one: the service knows. */
async function look() {
  clearTimeout(timer);
  const asked = turn;
  const left_s = await ask("GET");
  if (asked !== turn) return;
  if (left_s === null) return again(AGAIN_S);
  if (left_s > WARN_S) return expect(left_s);
  if (left_s <= 0) return show("ended");
  if (!dialog.open) show("ending");
  again(left_s);
}

/** @param {number} seconds */
function again(seconds) {
  timer = setTimeout(look, seconds * 1000);
}

async function stay() {
  turn += 1;
  clearTimeout(timer);
  const left_s = await ask("POST");
  if (left_s === null) return again(AGAIN_S);
  if (left_s > 0) expect(left_s);
  else show("ended");
}

/** Seconds that are left; 0 when it has ended, null without signal. @param {"GET" | "POST"} method @returns {Promise<number | null>} */
async function ask(method) {
  try {
    const body = method === "POST" ? new FormData(form) : null;
    const answer = await fetch(form.action, { method, body, headers: { Accept: "application/json" } });
    return answer.ok ? Number((await answer.json()).left_s) : answer.status === 401 ? 0 : null;
  } catch {
    return null;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  stay();
});
dialog.addEventListener("cancel", (event) => {
  event.preventDefault(); // Esc is the safe way out, and the safe one is to stay
  if (!form.closest("section")?.hidden) stay();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ends_ms > 0 && wait());

const made_s = Number(document.documentElement.dataset.made ?? 0);
const age_s = made_s === 0 ? 0 : Math.max(0, now() / 1000 - made_s);
if (dialog.dataset.left) expect(Number(dialog.dataset.left) - age_s);
