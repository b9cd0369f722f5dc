// A tap on what only a module answers, before the page's modules are here: kept, said to be kept, and done then, once (0221). A classic script in the
// head, so that it stands before anything can be tapped; its own words come with it.

(() => {
  const QUIET_MS = 300; // most networks are done sooner
  const SLOW_MS = 8000;
  /** Browsers give a tap the right to radio and microphone for about 5 s; and no door opens for somebody who has walked on. */
  const FRESH_MS = 4000;

  /** @typedef {{on: HTMLElement, act: () => void, at_ms: number, late: boolean}} Tap `late`: it is never too late for it */

  const words = /** @type {HTMLElement} */ (document.currentScript).dataset;
  const page = document.documentElement;
  let here = false;
  let acting = false;
  let incomplete = false;
  /** The last one counts, as it would later. @type {Tap | null} */
  let kept = null;
  /** @type {number[]} */
  let telling = [];
  /** @type {HTMLElement | null} */
  let line = null;

  /** Buttons that send no form, or send it by their page's script. @param {EventTarget | null} target @returns {HTMLElement | null} */
  function scripted(target) {
    const button = target instanceof Element ? target.closest("button") : null;
    if (button === null || button.disabled) return null;
    return button.type === "button" || button.form === null || "scripted" in button.dataset ? button : null;
  }

  /** @param {Event} event @param {Omit<Tap, "at_ms">} tap */
  function keep(event, tap) {
    event.preventDefault();
    event.stopImmediatePropagation();
    letGo();
    kept = { ...tap, at_ms: event.timeStamp };
    tap.on.setAttribute("aria-busy", "true");
    makeRoom();
    telling = [setTimeout(tell, QUIET_MS, "waiting"), setTimeout(slow, SLOW_MS)];
  }

  /** @returns {Tap | null} what was kept */
  function letGo() {
    const tap = kept;
    kept = null;
    for (const one of telling) clearTimeout(one);
    tap?.on.removeAttribute("aria-busy");
    tap?.on.removeAttribute("data-kept");
    return tap;
  }

  /** @param {Tap} tap */
  function act(tap) {
    acting = true;
    tap.act();
    acting = false;
  }

  /** @param {Tap} tap */
  function fresh({ at_ms, late }) {
    return late || (performance.now() - at_ms < FRESH_MS && navigator.userActivation?.isActive !== false);
  }

  /** For words, some time before there are any: what reads aloud knows of the place then. */
  function makeRoom() {
    line ??= document.body.appendChild(Object.assign(document.createElement("p"), { id: "early", className: "early", role: "status" }));
    return line;
  }

  /** @param {"" | "waiting" | "slow" | "again" | "incomplete"} state the first: nothing to tell */
  function tell(state) {
    if (line === null) return;
    line.dataset.state = state;
    line.textContent = words[state] ?? "";
    kept?.on.setAttribute("data-kept", "");
  }

  /** Whoever signs out is not held up any longer: their session ends, as it does without script. */
  function slow() {
    tell("slow");
    const tap = kept?.late ? letGo() : null;
    if (tap !== null) act(tap);
  }

  /** A file did not come: some buttons may stay without an answer. */
  function lack() {
    const room = makeRoom();
    tell("incomplete");
    room.append(" ", Object.assign(document.createElement("a"), { href: "", className: "button", textContent: words.load ?? "" }));
  }

  /** Every module has run: what it answers, it answers now. */
  function arrive() {
    here = true;
    page.removeAttribute("data-arriving");
    const tap = letGo();
    const tooLate = tap !== null && !fresh(tap);
    tell(tooLate ? "again" : "");
    if (tooLate) addEventListener("click", () => tell(""), { capture: true, once: true });
    else if (tap !== null) act(tap);
    if (incomplete) lack();
  }

  page.setAttribute("data-arriving", "");
  addEventListener(
    "click",
    (event) => {
      const on = here || acting ? null : scripted(event.target);
      if (on !== null) keep(event, { on, act: () => on.click(), late: false });
    },
    { capture: true },
  );
  addEventListener(
    "submit",
    (event) => {
      const form = /** @type {HTMLFormElement} */ (event.target);
      if (here || acting || !form.matches("[data-scripted], [data-sign-out]")) return;
      const by = /** @type {SubmitEvent} */ (event).submitter;
      keep(event, { on: by ?? form, act: () => form.requestSubmit(by), late: "signOut" in form.dataset });
    },
    { capture: true },
  );
  addEventListener(
    "error",
    ({ target }) => {
      if (!(target instanceof HTMLScriptElement)) return;
      incomplete = true;
      if (here) lack();
    },
    { capture: true },
  );
  // What no module has answered by now the browser must not send either.
  addEventListener("submit", (event) => {
    const { target, submitter } = /** @type {SubmitEvent} */ (event);
    for (const one of [target, submitter]) if ("scripted" in /** @type {HTMLElement} */ (one ?? page).dataset) event.preventDefault();
  });
  // After those of the scripts that begin their work at that moment.
  document.addEventListener("DOMContentLoaded", () => setTimeout(arrive));
})();
