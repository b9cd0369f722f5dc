// What this phone carries for the building, counted on the phone itself; and the button that brings one of it to the door where one stands.

import { BluetoothOff, NoLockChosen } from "../courier/channel.js";
import { pickWaiting } from "../courier/errand.js";
import { Unsupported } from "../courier/reach.js";
import { Stage } from "../web/stage.js";
import { Updating } from "../web/updating.js";
import { phone, refreshed } from "./phone.js";

// rule: SYNC-13
const stage = new Stage("carry");
const updating = new Updating({ stage, courier: phone, pull: false });
/** The lock that was picked: an interrupted update goes on there without another list. */
let picked = "";

/** @param {string} name @param {number} count */
function count(name, count) {
  stage.fill(name, stage.words(name, count === 1 ? "one" : "many").replace("{n}", String(count)));
}

async function look() {
  const courier = await phone();
  const waiting = await courier.wallet.elsewhere();
  count("updates", waiting.length);
  count("records", (await courier.outbox.waiting()).records);
  stage.part("waiting", waiting.length > 0);
}

async function pick() {
  try {
    picked = (await pickWaiting(await phone())) ?? "";
  } catch (problem) {
    if (problem instanceof BluetoothOff) return stage.show("bluetooth_off");
    if (problem instanceof NoLockChosen) return stage.show("no_lock_chosen");
    if (problem instanceof Unsupported) return stage.show("unsupported");
    throw problem;
  }
  if (picked === "") return stage.show("ready");
  await bring();
}

async function bring() {
  await updating.start(picked);
  await look();
}

stage.root.addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do]"));
  if (button?.dataset.do === "pick") await pick();
  if (button?.dataset.do === "start") await bring();
  if (button?.dataset.do === "stop") updating.stop();
});
look();
refreshed().then(look, () => undefined);
document.addEventListener("limen:fetched", look);
