// Something is on its way (screens 1.3): nothing for 300 ms, then quiet lines and words, and after 8 s that this takes longer than usual.

const QUIET_MS = 300; // most networks are done sooner
const SLOW_MS = 8000;

/** @typedef {"loading" | "slow" | ""} Wait the last: it is over */

/**
 * Passes on what comes, and tells meanwhile how long it takes already.
 * @template T @param {Promise<T>} coming @param {{busy: Element, tell: (wait: Wait) => void}} facts @returns {Promise<T>}
 */
export async function whileLoading(coming, { busy, tell }) {
  busy.setAttribute("aria-busy", "true");
  const telling = [setTimeout(() => tell("loading"), QUIET_MS), setTimeout(() => tell("slow"), SLOW_MS)];
  try {
    return await coming;
  } finally {
    for (const one of telling) clearTimeout(one);
    busy.removeAttribute("aria-busy");
    tell("");
  }
}

/** Tells it in the part of a page that holds the words (resident/loading.html). @param {HTMLElement} root @returns {(wait: Wait) => void} */
export function tellIn(root) {
  const part = /** @type {HTMLElement} */ (root.querySelector('[data-part="loading"]'));
  return (wait) => {
    part.hidden = wait === "";
    /** @type {HTMLElement} */ (part.querySelector('[data-part="slow"]')).hidden = wait !== "slow";
  };
}
