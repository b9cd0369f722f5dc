// What every page has: one status line that is read aloud, forms that are sent once, and not at all without signal, and a sign-out that leaves
// nothing behind.

/**
 * Says a sentence to those who listen. Speak when a step changes, never each percent.
 * @param {string} sentence
 */
export function say(sentence) {
  const status = document.getElementById("status");
  if (status) status.textContent = sentence;
}

/** A second tap on a button of a form that is on its way does nothing: what it asks for must not happen twice. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.dataset.sent && form.method !== "get") event.preventDefault();
    if (!event.defaultPrevented && form.method === "post" && !navigator.onLine) {
      event.preventDefault();
      keepTyped(form);
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
}

/** A browser would show its own page instead, and what was typed would be gone with ours. @param {HTMLFormElement} form */
function keepTyped(form) {
  const said = form.querySelector("[data-not-saved]") ?? document.createElement("p");
  said.className = "notice";
  said.setAttribute("data-not-saved", "");
  said.setAttribute("data-kind", "attention");
  said.setAttribute("role", "status");
  form.append(said);
  said.textContent = document.getElementById("status")?.dataset.notSaved ?? "";
  addEventListener("online", () => said.remove(), { once: true });
}

/** After an error the summary has the focus, so that it is read first. */
function focusSummary() {
  const summary = /** @type {HTMLElement | null} */ (document.querySelector(".error-summary"));
  summary?.focus();
}

/** Who signs out, from whichever page, leaves no grants, no codes and no pages on this browser. */
function leaveNothing() {
  // rule: PEOPLE-7
  document.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches("[data-sign-out]") || event.defaultPrevented) return;
    event.preventDefault();
    await import("./leaving.js").then(({ leave }) => leave()).catch(() => undefined);
    form.submit();
  });
}

sendOnce();
leaveNothing();
focusSummary();
