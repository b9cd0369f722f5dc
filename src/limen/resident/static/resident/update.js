// The update of one door, push and pull: five steps, Continue after an interruption, and a check from a receipt alone (W9).

import { Stage } from "../web/stage.js";
import { listen, Updating } from "../web/updating.js";
import { phone } from "./phone.js";

// rule: SYNC-6
const stage = new Stage("update");
const lock = stage.root.dataset.lock ?? "";
const updating = new Updating({ stage, courier: phone, pull: true });
updating.open(lock);
listen(
  updating,
  () => lock,
  (confirmed) => confirmed && document.getElementById("last")?.remove(),
);
