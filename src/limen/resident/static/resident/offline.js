// Without signal: until when this phone opens doors (M16), from when the page is, and "Signal is back."

import { now } from "../web/clock.js";
import { madeAt, SignalBar } from "../web/signal.js";
import { until } from "../web/when.js";
import { phone, refreshed } from "./phone.js";

const bar = /** @type {HTMLElement} */ (document.getElementById("offline"));

/** What still works, and how old it is: two sentences, the one that matters at a door first. */
async function sentence() {
  const made = madeAt();
  return [await opensUntil(), made === "" ? "" : (bar.dataset.made ?? "").replace("{at}", made)].filter(Boolean).join(" ");
}

/** Until when this phone opens doors without signal: the first lease that ends, of those that have not. */
async function opensUntil() {
  // rule: LOCK-3
  const { wallet } = await phone();
  const doors = await wallet.doors();
  const ends = doors.filter((door) => door.usableNow).map((door) => door.until_ms);
  if (ends.length > 0) return (bar.dataset.until ?? "").replace("{until}", until(Math.min(...ends), now()));
  return (doors.length > 0 ? bar.dataset.over : bar.dataset.nodoors) ?? "";
}

addEventListener("online", () => refreshed().catch(() => undefined));
new SignalBar(bar, sentence).watch();
