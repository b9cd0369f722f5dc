// The page of one door: start, stop, continue.

import { Stage } from "../web/stage.js";
import { listen, Updating } from "../web/updating.js";
import { tellInForce } from "./brought.js";
import { fasterThanThis } from "./faster.js";
import { technician } from "./technician.js";

const stage = new Stage("update");
const lock = stage.root.dataset.lock ?? "";
const door = stage.root.dataset.id ?? "";
const updating = new Updating({ stage, courier: technician, pull: false, onproof: () => tellInForce(stage, door) });
updating.open(lock);
listen(
  updating,
  () => lock,
  async (confirmed) => {
    if (confirmed) document.querySelector("[data-hide-when-done]")?.remove();
    else if (stage.root.dataset.state === "nothing") await compare();
  },
);

/** Nothing is to be sent: perhaps because somebody else was faster. */
async function compare() {
  const sentence = (await fasterThanThis([door])).get(door);
  if (!sentence || stage.root.dataset.state !== "nothing") return;
  document.querySelector("[data-hide-when-done]")?.remove();
  stage.fill("already", sentence);
  stage.show("already");
}
