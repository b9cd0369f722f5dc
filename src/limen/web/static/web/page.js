// What every page has: one status line that is read aloud, the bar that says when there is no signal, and forms that are sent once.

/**
 * Says a sentence to those who listen. Speak when a step changes, never each percent.
 * @param {string} sentence
 */
export function say(sentence) {
  const status = document.getElementById("status");
  if (status) status.textContent = sentence;
}

/** Shows or hides the bar under the header. The words come from the page, so that they are in its language. */
function watchSignal() {
  const bar = document.getElementById("signal");
  if (!bar) return;
  const words = bar.dataset.words ?? "";
  const tell = () => {
    bar.hidden = navigator.onLine || words === "";
    bar.textContent = bar.hidden ? "" : words;
  };
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}

/** A second tap on a button of a form that is on its way does nothing: what it asks for must not happen twice. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.dataset.sent && form.method !== "get") event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
}

/** After an error the summary has the focus, so that it is read first. */
function focusSummary() {
  const summary = /** @type {HTMLElement | null} */ (document.querySelector(".error-summary"));
  summary?.focus();
}

watchSignal();
sendOnce();
focusSummary();
