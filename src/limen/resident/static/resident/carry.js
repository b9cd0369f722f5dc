// What this phone carries for the building, counted on the phone itself.

import { Stage } from "../web/stage.js";
import { phone, refreshed } from "./phone.js";

const stage = new Stage("carry");

/** @param {string} name @param {number} count */
function count(name, count) {
  stage.fill(name, stage.words(name, count === 1 ? "one" : "many").replace("{n}", String(count)));
}

async function look() {
  const courier = await phone();
  count("updates", await courier.wallet.elsewhere());
  count("records", (await courier.outbox.waiting()).records);
}

look();
refreshed().then(look, () => undefined);
document.addEventListener("limen:fetched", look);
