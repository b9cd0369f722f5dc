// The phone of somebody who looks after doors: it carries sealed updates and pushes them; it pulls nothing (SYNC-2).

/** @import { Courier } from "../courier/courier.js" */

import { openCourier } from "../courier/courier.js";
import { meetDemonstration, now } from "../web/clock.js";

/** @type {Promise<Courier> | null} */
let opened = null;

/** @returns {Promise<Courier>} opened once; registered where this browser can talk to locks at all */
export function technician() {
  opened ??= begin().catch((problem) => {
    opened = null; // without signal at the first time; the next tap tries again
    throw problem;
  });
  return opened;
}

async function begin() {
  await meetDemonstration();
  const courier = await openCourier({ as: "manager", now });
  if (courier.channel) await courier.wallet.register(navigator.userAgent.includes("Android") ? "Android" : "Browser");
  return courier;
}
