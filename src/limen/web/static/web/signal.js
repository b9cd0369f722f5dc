// The bar under the header: from when that is what one sees, and what still works without signal. It leaves with "Signal is back." and nothing more.

import { now } from "./clock.js";
import { when } from "./when.js";

const BACK_MS = 4000;

export class SignalBar {
  /** @param {HTMLElement} bar with its words @param {() => Promise<string>} sentence what it says without signal, asked each time */
  constructor(bar, sentence) {
    this.bar = bar;
    this.sentence = sentence;
    this.without = false;
  }

  /** Listens to the browser, and to whoever reached the service or did not ("limen:fetched"). */
  watch() {
    addEventListener("offline", () => this.tell(false));
    document.addEventListener("limen:fetched", (event) => this.tell(/** @type {CustomEvent<{there: boolean}>} */ (event).detail.there));
    if (!navigator.onLine) this.tell(false);
  }

  /** @param {boolean} there */
  async tell(there) {
    if (there && this.without) {
      this.bar.textContent = this.bar.dataset.back ?? "";
      setTimeout(() => {
        if (!this.without) this.bar.hidden = true;
      }, BACK_MS);
    }
    this.without = !there;
    document.documentElement.dataset.signal = there ? "there" : "none";
    if (there) return;
    const sentence = await this.sentence();
    if (!this.without) return;
    this.bar.textContent = sentence;
    this.bar.hidden = false;
  }
}

/** Tells the bar, and whoever else waits for it, whether the service was reached. @param {boolean} there */
export function reached(there) {
  document.dispatchEvent(new CustomEvent("limen:fetched", { detail: { there } }));
}

/** "today 13:40": when the service made this page, which may have been kept since. @returns {string} empty where the page does not say */
export function madeAt() {
  const made_s = Number(document.documentElement.dataset.made ?? 0);
  return made_s === 0 ? "" : when(made_s * 1000, now());
}
