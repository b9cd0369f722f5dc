// What every page of the app does: stays usable without signal, says so, and rings.

import { meetDemonstration } from "../web/clock.js";
import { forgetPages, keepPages } from "./kept.js";
import { phone } from "./phone.js";
import "./offline.js";
import "./ring.js";

const WHO = "limen-who";
const ALWAYS = ["/home/", "/home/codes", "/home/carry", "/home/no-signal"];

meetDemonstration();

/** Another person on the same browser finds nobody else's pages. */
async function mine() {
  const person = document.querySelector('meta[name="limen-person"]')?.getAttribute("content") ?? "";
  if ((localStorage.getItem(WHO) ?? person) !== person) await forgetPages();
  localStorage.setItem(WHO, person);
}

async function serve() {
  if (!("serviceWorker" in navigator)) return;
  await mine();
  await navigator.serviceWorker.register("/home/sw.js", { scope: "/home/" }).catch(() => undefined);
  await keep();
}
addEventListener("load", serve);

/** When every page and file is on this phone, the document says so: from then on the app starts without signal. */
async function keep() {
  const more = document.getElementById("doors")?.dataset.pages?.split(" ").filter(Boolean) ?? [];
  document.documentElement.dataset.kept = (await keepPages([...ALWAYS, ...more])) ? "all" : "some";
}
document.addEventListener("limen:fetched", (event) => {
  const { there } = /** @type {CustomEvent<{there: boolean}>} */ (event).detail;
  if (there && document.documentElement.dataset.kept === "some") keep();
});

// Who signs out leaves nothing behind: no grants, no pages.
document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-sign-out]") || form.dataset.emptied) return;
  event.preventDefault();
  form.dataset.emptied = "yes";
  await (await phone()).wallet.empty().catch(() => undefined);
  await forgetPages().catch(() => undefined);
  form.submit();
});
