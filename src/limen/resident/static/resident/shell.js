// What every page of the app does: stays usable without signal, says so, and rings.

import { meetDemonstration } from "./clock.js";
import { forgetPages, keepPages } from "./kept.js";
import { phone } from "./phone.js";
import "./offline.js";
import "./ring.js";

const WHO = "limen-who";
const ALWAYS = ["/home/", "/home/codes", "/home/carry"];

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
  const more = document.getElementById("doors")?.dataset.pages?.split(" ").filter(Boolean) ?? [];
  if (navigator.onLine) keepPages([...new Set([...ALWAYS, ...more])]);
}
addEventListener("load", serve);

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
