// Forms are sent once, from the first tap on, and not at all without signal. A classic script in the head: a second tap may come before any module.

(() => {
  const ON_ITS_WAY_MS = 8000;
  const words = /** @type {HTMLElement} */ (document.currentScript).dataset;

  /** A browser would show its own page instead, and what was typed would be gone with ours. @param {HTMLFormElement} form */
  function keepTyped(form) {
    const said = form.querySelector("[data-not-saved]") ?? document.createElement("p");
    said.className = "notice";
    said.setAttribute("data-not-saved", "");
    said.setAttribute("data-kind", "attention");
    said.setAttribute("role", "status");
    form.append(said);
    said.textContent = words.notSaved ?? "";
    addEventListener("online", () => said.remove(), { once: true });
  }

  /** A second tap on a button of a form that is on its way does nothing: what it asks for must not happen twice. */
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.dataset.sent && form.method !== "get") event.preventDefault();
    if (!event.defaultPrevented && form.method === "post" && !navigator.onLine) {
      event.preventDefault();
      keepTyped(form);
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, ON_ITS_WAY_MS);
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
})();
