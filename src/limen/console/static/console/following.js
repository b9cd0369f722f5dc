// Where the round goes on: the next row that still waits, and how far it is. Found on the page, for at a door there may be no signal.

/** @import { Stage } from "../web/stage.js" */

/**
 * On in the order of the walk; from its end to what is left of it.
 * @param {HTMLElement} rows @param {HTMLElement} here the link of a door @returns {HTMLElement | null} that of the next one
 */
export function following(rows, here) {
  const links = /** @type {HTMLElement[]} */ ([...rows.querySelectorAll("a[data-lock]")]);
  const at = links.indexOf(here);
  return [...links.slice(at + 1), ...links].find((link) => link !== here) ?? null;
}

/** "Next: Gym, 2 minutes on foot"; without the time where a floor is not known. @param {Stage} stage @param {HTMLElement} rows @param {HTMLElement} here */
export function tellNext(stage, rows, here) {
  const next = following(rows, here);
  stage.part("next", next !== null);
  stage.part("last", next === null);
  if (!next) return;
  const { next: bare = "", nextOne = "", nextWords = "", go = "", minutes = "" } = stage.root.dataset;
  const n = minutesTo(here, next, minutes.split(" ").map(Number));
  const words = n === undefined ? bare : n === 1 ? nextOne : nextWords;
  const door = next.dataset.door ?? "";
  stage.fill("next", words.replace("{n}", String(n)).replace("{door}", door));
  stage.fill("go", go.replace("{door}", door));
}

/** @param {HTMLElement} here @param {HTMLElement} next @param {number[]} minutes by how many floors lie between @returns {number | undefined} */
function minutesTo(here, next, minutes) {
  const [from, to] = [here.dataset.floor, next.dataset.floor];
  return from === undefined || to === undefined ? undefined : minutes[Math.abs(Number(to) - Number(from))];
}
