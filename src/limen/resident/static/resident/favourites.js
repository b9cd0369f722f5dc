// The doors that somebody wants on top (W7). The choice stays on this phone until somebody signs out: no list of it is kept anywhere else, and it needs no signal.

const WHERE = "limen-first";

/** @returns {string[]} */
function chosen() {
  return (localStorage.getItem(WHERE) ?? "").split(" ").filter(Boolean);
}

/** @param {string} door @param {boolean} first */
function choose(door, first) {
  const others = chosen().filter((one) => one !== door);
  localStorage.setItem(WHERE, (first ? [...others, door] : others).join(" "));
}

/** @param {HTMLElement} button on the page of a door @param {string} door */
export function offerFirst(button, door) {
  const say = () => button.setAttribute("aria-pressed", String(chosen().includes(door)));
  button.hidden = false;
  button.addEventListener("click", () => {
    choose(door, !chosen().includes(door));
    say();
  });
  say();
}

/** Moves the chosen doors to the top in the order of the list; the one clear colour goes with the topmost button. @param {HTMLElement} list */
export function putFirst(list) {
  const wanted = new Set(chosen());
  const rows = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(":scope > [data-door]")]);
  const starred = rows.filter((row) => wanted.has(row.dataset.door ?? ""));
  if (starred.length === 0) return;
  list.prepend(...starred);
  for (const row of starred) {
    row.querySelector('[data-part="first"]')?.removeAttribute("hidden");
    row.querySelector('[data-part="home"]')?.setAttribute("hidden", "");
  }
  const [top, ...rest] = list.querySelectorAll('[data-do="open"][data-part="open"]');
  top?.setAttribute("data-kind", "primary");
  for (const button of rest) button.removeAttribute("data-kind");
}
