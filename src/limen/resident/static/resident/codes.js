// My codes: asked for one by one, hidden when one leaves. A code that was shown once is kept on this phone, sealed, for when there is no signal.
// Second codes are shown by the same page's script and never kept: a phone in somebody else's hand must not hold one.

import { utf8 } from "../courier/bytes.js";
import { seal, unseal } from "../courier/storage.js";
import { tellIn, whileLoading } from "../web/loading.js";
import { showDigits, whenLeft } from "./digits.js";
import { ask } from "./line.js";
import { phone } from "./phone.js";

/** @typedef {{digits: string, groups: string[], spoken: string}} Code */

const list = /** @type {HTMLElement} */ (document.getElementById("codes"));
const keeps = list.dataset.keep !== undefined;

/** @param {string} door */
function place(door) {
  return `code ${door}`;
}

/** @param {string} door @param {Code} code */
async function keep(door, code) {
  const { storage, wallet } = await phone();
  const sealed = await seal(await wallet.sealingKey(), utf8(JSON.stringify(code)), utf8(place(door)));
  await storage.change([{ drawer: "phone", name: place(door), put: sealed }]);
}

/** @param {string} door @returns {Promise<Code | null>} */
async function kept(door) {
  const { storage, wallet } = await phone();
  const sealed = await storage.get("phone", place(door));
  if (sealed === undefined) return null;
  const plain = await unseal(await wallet.sealingKey(), /** @type {import("../courier/storage.js").Sealed} */ (sealed), utf8(place(door)));
  return JSON.parse(new TextDecoder().decode(plain));
}

/** @param {string[]} doors */
async function forget(doors) {
  await (await phone()).storage.change(doors.map((door) => ({ drawer: "phone", name: place(door) })));
}

/** Codes of doors that are no longer one's own leave this phone. */
async function forgetOthers() {
  if (!navigator.onLine) return;
  const mine = new Set(list.dataset.keep?.split(" ") ?? []);
  const names = (await (await phone()).storage.all("phone")).map(([name]) => name).filter((name) => name.startsWith("code "));
  await forget(names.map((name) => name.slice("code ".length)).filter((door) => !mine.has(door)));
}

/** @param {HTMLElement} row @param {string} name */
function part(row, name) {
  return /** @type {HTMLElement} */ (row.querySelector(`[data-part="${name}"]`));
}

/** @param {HTMLElement} row @param {string} words */
function say(row, words) {
  part(row, "said").textContent = words;
}

/** What the lock of this door has not proved of its code; a second code's row has no place for it. @param {HTMLElement} row @param {string} words */
function waits(row, words) {
  // rule: CODE-3
  const place = /** @type {HTMLElement | null} */ (row.querySelector('[data-part="waits"]'));
  const line = place?.querySelector('[data-fill="waits"]');
  if (!place || !line) return;
  line.textContent = words;
  place.hidden = words === "";
}

/** @param {HTMLElement} row @param {string} what */
function asked(row, what) {
  say(row, "");
  return whileLoading(ask(`/home/api/codes/${row.dataset.door}/${what}`), { busy: row, tell: tellIn(row) });
}

/** @param {HTMLElement} row */
async function show(row) {
  const door = row.dataset.door ?? "";
  const answer = await asked(row, list.dataset.which ?? "");
  const code = answer.ok ? /** @type {Code} */ (answer.said) : answer.signal || !keeps ? null : await kept(door);
  if (code === null) {
    say(row, answer.signal ? [answer.said.title, answer.said.detail].filter(Boolean).join(" ") : (list.dataset.nosignal ?? ""));
    return;
  }
  if (answer.ok) waits(row, answer.said.waits ?? "");
  if (answer.ok && keeps) await keep(door, code);
  say(row, "");
  showDigits(/** @type {HTMLElement} */ (row.querySelector('[data-fill="digits"]')), code);
  row.dataset.shown = "yes";
  part(row, "shown").hidden = false;
}

/** @param {HTMLElement} row */
function hide(row) {
  delete row.dataset.shown;
  row.querySelector('[data-fill="digits"]')?.replaceChildren();
  const shown = row.querySelector('[data-part="shown"]');
  if (shown) /** @type {HTMLElement} */ (shown).hidden = true;
}

/** @param {HTMLElement} row */
async function reset(row) {
  const answer = await asked(row, "reset");
  if (!answer.ok) {
    say(row, [answer.said.title, answer.said.detail].filter(Boolean).join(" ") || (list.dataset.nosignal ?? ""));
    return;
  }
  await forget([row.dataset.door ?? ""]);
  hide(row);
  say(row, "");
  waits(row, answer.said.sentence);
}

list.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do]"));
  const row = /** @type {HTMLElement | null} */ (button?.closest("[data-door]") ?? null);
  if (!button || !row) return;
  if (button.dataset.do === "show") show(row);
  if (button.dataset.do === "hide") hide(row);
  if (button.dataset.do === "reset") reset(row);
});
whenLeft(() => {
  for (const row of list.querySelectorAll("[data-shown]")) hide(/** @type {HTMLElement} */ (row));
});
if (keeps) forgetOthers();
