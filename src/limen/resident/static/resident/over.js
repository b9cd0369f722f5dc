// A lock refused, and it may be because access to its door is over or is no longer what this phone holds: which of them, and since when (screens 1.6).

import { until } from "../web/when.js";
import { ask } from "./line.js";
import { refreshed } from "./phone.js";

/** What a lock, or this phone's own empty hands, says of access that went away. */
const MAYBE_OVER = new Set(["ended", "revoked", "lease_over", "no_right", "not_ready"]);

/** @param {string | null} reason @returns {boolean} whether access here may have ended */
export function mayBeOver(reason) {
  return reason !== null && MAYBE_OVER.has(reason);
}

/**
 * The end that was known when the page was made, in words; also without signal. Empty while it is not reached, and where there is none.
 * @param {HTMLElement} opening @param {number} now_ms
 */
export function endedByDate(opening, now_ms) {
  const ends_ms = Number(opening.dataset.ends ?? 0) * 1000;
  if (ends_ms === 0 || now_ms < ends_ms) return "";
  const words = /** @type {HTMLElement | null} */ (opening.querySelector('[data-fill="ended"]'))?.dataset.at ?? "";
  return words.replace("{at}", until(ends_ms, now_ms));
}

/**
 * Asks the service, for this person alone. `ended` is the sentence about a door that went away, or is held and yet opens by no phone now: paused, not begun.
 * @param {string} door @returns {Promise<{ended: string} | "held" | null>} null: no signal, or no word about it
 */
export async function whatBecame(door) {
  const { ok, said } = await ask("/home/api/state", {}, "GET");
  if (!ok) return null;
  const over = said.ended.find((/** @type {{id: string}} */ one) => one.id === door);
  if (over) return { ended: over.sentence };
  const held = said.doors.find((/** @type {{id: string}} */ one) => one.id === door);
  if (held && !held.opens) return { ended: held.sentence };
  return held && (await refreshed().catch(() => false)) ? "held" : null;
}
