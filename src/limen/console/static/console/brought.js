// What an update has put in force, in the service's own words: asked once the proof was handed in, for before that nothing is in force.

/** @import { Stage } from "../web/stage.js" */

const PATIENCE_MS = 4000;

/**
 * Tells it on the stage and aloud; where the service cannot be reached, nothing is told.
 * @param {Stage} stage @param {string} door id @param {() => boolean} [shown] whether the stage still tells of this door
 */
export async function tellInForce(stage, door, shown = () => true) {
  const said = (await asked(door).catch(() => [])).join(" ");
  if (!said || !shown()) return;
  stage.fill("in-force", said);
  stage.part("in-force", true);
  const status = document.getElementById("status");
  if (status) status.textContent = said;
}

/** Since this page was made: what was in force before is no news here. @param {string} door @returns {Promise<string[]>} */
async function asked(door) {
  const since = document.documentElement.dataset.made ?? "";
  const answer = await fetch(`/c/doors/${door}/update/brought?${new URLSearchParams({ since })}`, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return answer.ok ? (await answer.json()).said : [];
}
