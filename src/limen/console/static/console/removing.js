// A device that left its door: whoever stands at it tells the lock, and the lock signs that it is empty.

import { Stage } from "../web/stage.js";
import { listen, Updating } from "../web/updating.js";
import { technician } from "./technician.js";

if (document.getElementById("remove")) {
  const stage = new Stage("remove");
  listen(new Updating({ stage, courier: technician, pull: false }), () => stage.root.dataset.lock ?? "");
}
