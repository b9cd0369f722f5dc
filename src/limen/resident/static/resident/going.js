// From one page of the app to the next: an installed app has no bar of a browser that says that a page is on its way.

import { tellIn, whileLoading } from "../web/loading.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const words = /** @type {HTMLTemplateElement} */ (document.getElementById("going"));
/** Ends the wait where the next page does not come after all. */
let stay = () => {};

/** Whether this tap leads to another page of the app, in this window. @param {MouseEvent} event @param {HTMLAnchorElement} link */
function leads(event, link) {
  const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (event.defaultPrevented || elsewhere || link.target || link.hasAttribute("download")) return false;
  const here = link.pathname === location.pathname && link.search === location.search && link.hash !== "";
  return link.origin === location.origin && link.pathname.startsWith("/home/") && !here;
}

/** @param {HTMLAnchorElement} link */
function go(link) {
  stay();
  const going = /** @type {HTMLElement} */ (words.content.firstElementChild?.cloneNode(true));
  const known = /** @type {HTMLElement | null} */ (document.querySelector(`.menu a[href="${link.pathname}"]`));
  const heading = /** @type {HTMLElement} */ (going.querySelector("h1"));
  heading.textContent = known?.dataset.loading ?? heading.textContent;
  const tell = tellIn(going);
  const coming = new Promise((resolve) => {
    stay = () => resolve(undefined);
  });
  whileLoading(coming, {
    busy: main,
    tell: (wait) => {
      tell(wait);
      if (wait === "") going.remove();
      else if (!going.isConnected) main.prepend(going);
      const status = document.getElementById("status");
      if (status && wait !== "") status.textContent = heading.textContent;
    },
  });
}

document.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("a[href]"));
  if (link && leads(event, link)) go(link);
});
// Back by the browser's own button, or stopped: the page that was there is there again.
addEventListener("pageshow", ({ persisted }) => persisted && stay());
/** @type {{navigation?: EventTarget}} */ (/** @type {unknown} */ (globalThis)).navigation?.addEventListener("navigateerror", () => stay());
