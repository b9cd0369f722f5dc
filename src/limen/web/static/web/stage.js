// A part of a page with several states: the page holds the words of each, the attribute says which one is true.

export class Stage {
  /** @param {string} id */
  constructor(id) {
    this.root = /** @type {HTMLElement} */ (document.getElementById(id));
  }

  /**
   * Shows one state and hides the others; what is read aloud is the state itself.
   * @param {string} state
   */
  show(state) {
    this.root.dataset.state = state;
    for (const part of this.#all("[data-when]")) part.hidden = part.dataset.when !== state;
    const shown = /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-when="${state}"]`));
    if (shown && state !== "ready" && state !== "running") {
      shown.tabIndex = -1;
      shown.focus();
    }
  }

  /**
   * Marks a step as now, those before it as done.
   * @param {string} name
   */
  step(name) {
    const steps = this.#all("[data-step]");
    const at = steps.findIndex((step) => step.dataset.step === name);
    if (at < 0) return;
    for (const [index, step] of steps.entries()) step.dataset.state = index < at ? "done" : index === at ? "now" : "todo";
    const status = document.getElementById("status");
    if (status) status.textContent = steps[at]?.textContent ?? "";
  }

  /** @param {"when" | "step"} what @param {string} name @returns {boolean} whether the page has words for it */
  has(what, name) {
    return this.root.querySelector(`[data-${what}="${name}"]`) !== null;
  }

  /** @param {string} name @param {boolean} shown */
  part(name, shown) {
    for (const part of this.#all(`[data-part="${name}"]`)) part.hidden = !shown;
  }

  /** @param {string} name @param {string} text */
  fill(name, text) {
    for (const part of this.#all(`[data-fill="${name}"]`)) part.textContent = text;
  }

  /**
   * Words that the page holds for a part that can say several things.
   * @param {string} name @param {string} which
   */
  words(name, which) {
    return this.#all(`[data-fill="${name}"]`)[0]?.dataset[which] ?? "";
  }

  /** @param {number} percent */
  progress(percent) {
    const bar = this.root.querySelector("progress");
    if (bar) bar.value = percent;
  }

  /**
   * "today 14:02" of this moment, in the building's time zone.
   * @param {number} at_ms
   */
  clock(at_ms) {
    const zone = document.documentElement.dataset.zone;
    const clock = new Date(at_ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(zone ? { timeZone: zone } : {}) });
    return document.documentElement.lang.startsWith("es") ? `hoy a las ${clock}` : `today ${clock}`;
  }

  /** @param {string} selector @returns {HTMLElement[]} */
  #all(selector) {
    return [...this.root.querySelectorAll(selector)].map((part) => /** @type {HTMLElement} */ (part));
  }
}
