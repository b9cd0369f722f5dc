// Takes the sealed updates of the round along, so that they work where there is no signal.

import { openCourier } from "../courier/courier.js";

const button = document.getElementById("take");
const taken = /** @type {HTMLElement | null} */ (document.getElementById("taken"));

button?.addEventListener("click", async () => {
  if (!taken) return;
  const courier = await openCourier({ as: "manager" });
  taken.hidden = false;
  if (!courier.channel) {
    taken.textContent = taken.dataset.unsupported ?? "";
    return;
  }
  await courier.wallet.register("Browser");
  const fetched = await courier.inbox.refresh();
  const carried = await courier.inbox.carried();
  taken.textContent = fetched ? (taken.dataset.words ?? "").replace("{n}", String(carried.length)) : (taken.dataset.nosignal ?? "");
});
