// The page of one door: start, stop, continue.

import { Stage } from "../web/stage.js";
import { listen, Updating } from "../web/updating.js";
import { technician } from "./technician.js";

const stage = new Stage("update");
const lock = stage.root.dataset.lock ?? "";
const updating = new Updating({ stage, courier: technician, pull: false });
updating.open(lock);
listen(
  updating,
  () => lock,
  (confirmed) => confirmed && document.querySelector("[data-hide-when-done]")?.remove(),
);
