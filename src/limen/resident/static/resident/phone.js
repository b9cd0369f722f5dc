// The phone that this page is: opened once per page, registered where there is signal, refreshed; and what to say when it was removed.

/** @import { Courier } from "../courier/courier.js" */

import { openCourier } from "../courier/courier.js";
import { PhoneRemoved } from "../courier/inbox.js";
import { NoSignal, Refused } from "../courier/service.js";
import { SignedOut } from "../courier/storage.js";
import { left } from "../courier/whose.js";
import { now } from "../web/clock.js";
import { forgetKept } from "../web/leaving.js";

/** @type {Promise<Courier> | null} */
let opened = null;
/** @type {Promise<boolean> | null} */
let fetched = null;
/** Removed: this page makes no new phone of it. */
let gone = false;

/** @returns {Promise<Courier>} */
export function phone() {
  opened ??= openCourier({ as: "resident", now, onremoved: removed }).catch((problem) => {
    opened = null; // the next tap tries again
    throw problem;
  });
  return opened;
}

/**
 * Registers this browser if it is new, hands in, fetches. What is on the phone stays when there is no signal.
 * @returns {Promise<boolean>} false without signal
 */
export function refreshed() {
  fetched ??= refresh().finally(() => {
    fetched = null;
  });
  return fetched;
}

async function refresh() {
  if (gone || (await left())) return true;
  const courier = await phone();
  try {
    await courier.wallet.register(nameOfThisBrowser());
    const there = await courier.inbox.refresh();
    if (there) fetchImages(courier);
    document.dispatchEvent(new CustomEvent("limen:fetched", { detail: { there } }));
    return there;
  } catch (problem) {
    if (problem instanceof NoSignal) {
      document.dispatchEvent(new CustomEvent("limen:fetched", { detail: { there: false } }));
      return false;
    }
    if (problem instanceof Refused && problem.type === "phone_removed") {
      await courier.wallet.empty();
      removed();
    } else if (problem instanceof Refused && problem.type === "too_many_phones") show("too-many");
    else if (!(problem instanceof Refused || problem instanceof PhoneRemoved || problem instanceof SignedOut)) throw problem;
    return true;
  }
}

/** Firmware that its doors wait for, in the background; where the person asked to save data an update fetches it. @param {Courier} courier */
function fetchImages(courier) {
  const { connection } = /** @type {{connection?: {saveData?: boolean}}} */ (/** @type {unknown} */ (navigator));
  if (!connection?.saveData) courier.images.refresh().catch(() => undefined);
}

/** This phone is nobody's any more: its wallet is empty, and nothing else stays on it. */
function removed() {
  // rule: PEOPLE-7
  gone = true;
  show("removed");
  forgetKept();
}

/** @param {string} id */
function show(id) {
  const notice = document.getElementById(id);
  if (notice) notice.hidden = false;
}

/** As it stands in the list of phones: what a person recognises, not what tells browsers apart. */
export function nameOfThisBrowser() {
  const agent = navigator.userAgent;
  const browser = /Firefox/.test(agent)
    ? "Firefox"
    : /Edg\//.test(agent)
      ? "Edge"
      : /Chrom/.test(agent)
        ? "Chrome"
        : /Safari/.test(agent)
          ? "Safari"
          : "Browser";
  const where = /Android/.test(agent)
    ? "Android"
    : /iPhone/.test(agent)
      ? "iPhone"
      : /iPad/.test(agent)
        ? "iPad"
        : /Mac/.test(agent)
          ? "Mac"
          : /Windows/.test(agent)
            ? "Windows"
            : /Linux/.test(agent)
              ? "Linux"
              : "";
  return where ? `${browser} on ${where}` : browser;
}
