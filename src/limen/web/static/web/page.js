// What every page has: one status line that is read aloud, and a sign-out that leaves nothing behind.

/**
 * Says a sentence to those who listen. Speak when a step changes, never each percent.
 * @param {string} sentence
 */
export function say(sentence) {
  const status = document.getElementById("status");
  if (status) status.textContent = sentence;
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

leaveNothing();
focusSummary();
