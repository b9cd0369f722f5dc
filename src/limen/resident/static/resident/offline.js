// The bar under the header: what is old and what still works when there is no signal (M16). It leaves with "Signal is back."

import { now } from "../web/clock.js";
import { phone, refreshed } from "./phone.js";
import { until } from "./when.js";

const bar = /** @type {HTMLElement} */ (document.getElementById("offline"));
const BACK_MS = 4000;
let without = false;

/** @param {boolean} there */
async function tell(there) {
  if (there && without) {
    bar.textContent = bar.dataset.back ?? "";
    setTimeout(() => {
      if (!without) bar.hidden = true;
    }, BACK_MS);
  } else if (!there) {
    bar.textContent = await sentence();
    bar.hidden = false;
  }
  without = !there;
  document.documentElement.dataset.signal = there ? "there" : "none";
}

/** Until when this phone opens doors without signal: the first lease that ends, of those that have not. */
async function sentence() {
  // rule: LOCK-3
  const { wallet } = await phone();
  const doors = await wallet.doors();
  const ends = doors.filter((door) => door.usableNow).map((door) => door.until_ms);
  if (ends.length > 0) return (bar.dataset.until ?? "").replace("{until}", until(Math.min(...ends), now()));
  return (doors.length > 0 ? bar.dataset.over : bar.dataset.nodoors) ?? "";
}

addEventListener("offline", () => tell(false));
addEventListener("online", () => refreshed().catch(() => undefined));
document.addEventListener("limen:fetched", (event) => tell(/** @type {CustomEvent<{there: boolean}>} */ (event).detail.there));
if (!navigator.onLine) tell(false);
