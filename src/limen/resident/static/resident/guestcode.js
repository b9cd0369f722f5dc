// A code for a guest: made with signal, shown once, handed over by one way, gone when one leaves (W10).

import { tellIn, whileLoading } from "../web/loading.js";
import { readAloud, showDigits } from "./digits.js";
import { answered, ask, wordsOf } from "./line.js";

const page = document.getElementById("guestcode");
/** @type {{id: string, groups: string[], spoken: string, sentence: string} | null} */
let made = null;
/** The name of this wish: a lost answer is asked for again by it, and no second code is made. @type {string | null} */
let wish = null;
/** @type {"email" | "text"} */
let way = "email";

/** @param {string} selector @returns {HTMLElement} */
function find(selector) {
  return /** @type {HTMLElement} */ (page?.querySelector(selector));
}

/** @param {string} name @param {string} text */
function fill(name, text) {
  find(`[data-fill="${name}"]`).textContent = text;
}

/** @param {FormData} said */
function kindOf(said) {
  if (said.get("when") === "24_hour") return { kind: "24_hour" };
  return { kind: said.get("uses") === "single" ? "daily_single_use" : "daily", day: String(said.get("when")) };
}

/** @param {HTMLFormElement} form */
async function make(form) {
  const said = new FormData(form);
  const problem = find('[data-part="problem"]');
  problem.hidden = true;
  wish ??= crypto.randomUUID();
  const asked = ask("/home/api/guests/code", { door: said.get("door"), label: said.get("label"), key: wish, ...kindOf(said) });
  const answer = await whileLoading(asked, { busy: form, tell: tellIn(form) });
  if (!answer.ok) {
    if (answered(answer)) wish = null;
    problem.textContent = wordsOf(answer, page);
    problem.hidden = false;
    problem.focus();
    return;
  }
  wish = null;
  made = answer.said;
  show(answer.said);
}

/** @param {any} code */
function show(code) {
  if (page) page.dataset.state = "made";
  find('[data-when="asking"]').hidden = true;
  find('[data-when="made"]').hidden = false;
  showDigits(find('[data-fill="digits"]'), code);
  for (const name of ["sentence", "stops", "note"]) fill(name, code[name] ?? "");
  find('[data-do="share"]').hidden = !navigator.share;
  find('[data-when="made"] h2').focus();
}

/** One way was taken: the others are gone. @param {string} words */
function handed(words) {
  find('[data-part="hand-over"]').hidden = true;
  find('[data-part="handed"]').textContent = words;
  find('[data-part="once"]').hidden = true;
}

async function share() {
  if (!made) return;
  const shared = await navigator.share({ text: `${made.groups.join(" ")}\n${made.sentence}` }).then(
    () => true,
    () => false,
  );
  if (shared) handed(page?.dataset.shared ?? "");
}

/** @param {"email" | "text"} which */
function askWhere(which) {
  way = which;
  const form = find('[data-part="to"]');
  const label = /** @type {HTMLElement} */ (form.querySelector("label"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  label.textContent = label.dataset[which] ?? "";
  field.type = which === "email" ? "email" : "tel";
  form.hidden = false;
  field.focus();
}

async function send() {
  const to = /** @type {HTMLInputElement} */ (document.getElementById("to")).value;
  const answer = await ask(`/home/api/guests/code/${made?.id}/send`, { way, to });
  if (answer.ok) handed(answer.said.sentence);
  else find('[data-part="handed"]').textContent = wordsOf(answer, page);
}

page?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  await (form.id === "ask" ? make(form) : send());
  delete form.dataset.busy;
});
page?.addEventListener("change", (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (field.form?.id === "ask") wish = null; // something else is wished for
  if (field.name === "when") find('[data-part="uses"]').hidden = field.value === "24_hour";
});
page?.addEventListener("click", (event) => {
  const what = /** @type {HTMLElement} */ (event.target).dataset.do;
  if (what === "share") share();
  if (what === "email" || what === "text") askWhere(what);
  if (what === "read" && made) readAloud(made.spoken);
});
// Coming back by the browser's own button shows nothing either.
addEventListener("pagehide", () => {
  made = null;
  page?.querySelector('[data-fill="digits"]')?.replaceChildren();
});
