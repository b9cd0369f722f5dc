/** The words a lock has for no (limen.wire.refusals): statuses of an answer, reasons about one's own access. */

export const STATUS = Object.freeze({
  ok: 0,
  denied: 1,
  needUpdate: 2,
  already: 3,
  applied: 4,
  superseded: 5,
  needSnapshot: 6,
  staleEpoch: 7,
  wrongEpoch: 8,
  tooBig: 9,
  busy: 10,
  clock: 11,
  unknown: 12,
});

/** Reasons as the screens know them (screens.md 1.6); 0 is the one refusal before possession is proven and has no words. */
const WORDS = [
  null,
  "not_started",
  "ended",
  "lease_over",
  "revoked",
  "outside_schedule",
  "bolt_thrown",
  "clock_lost",
  "needs_update",
  "no_right",
  "too_late",
  "not_recorded",
  "battery",
];

/**
 * Reasons that speak of one grant only: another of the same person may be valid now (protocol C.1), without hours also at a lost clock; a floor takes the
 * grants of one class, and one grant of two may bear the right past the bolt (LOCK-15).
 */
const OF_ONE_GRANT = new Set(["not_started", "ended", "lease_over", "outside_schedule", "clock_lost", "bolt_thrown", "revoked"]);

/** @param {string | null} word @returns {boolean} whether presenting another grant is worth it */
export function anotherMayFit(word) {
  return word !== null && OF_ONE_GRANT.has(word);
}

/** @param {unknown} reason the lock's number @returns {string | null} null: it gives no reason here (M14) */
export function wordOf(reason) {
  return typeof reason === "number" ? (WORDS[reason] ?? null) : null;
}
