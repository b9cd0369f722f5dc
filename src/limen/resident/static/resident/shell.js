// What every page of the app does: stays usable without signal, says so, and rings.

import { left, person } from "../courier/whose.js";
import { meetDemonstration } from "../web/clock.js";
import { forgetKept } from "../web/leaving.js";
import "./going.js";
import { keepPages } from "./kept.js";
import "./offline.js";
import "./ring.js";

const WHO = "limen-who";
const ALWAYS = ["/home/", "/home/codes", "/home/carry", "/home/help", "/home/no-signal"];

meetDemonstration();

/** Another person on the same browser finds nobody else's pages. */
async function mine() {
  const whose = person();
  if ((localStorage.getItem(WHO) ?? whose) !== whose) await forgetKept();
  if (!(await left())) localStorage.setItem(WHO, whose);
}

async function serve() {
  if (!("serviceWorker" in navigator) || (await left())) return;
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
