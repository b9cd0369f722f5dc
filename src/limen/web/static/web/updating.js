// One update at a door, told in the states of a stage, for whoever brings it: residents push and pull, technicians only push.
// A check is shown from a receipt alone (SYNC-6). What the page has no words for is told in the nearest that it has.

/** @import { Courier } from "../courier/courier.js" */
/** @import { Step } from "../courier/reach.js" */
/** @import { Updated } from "../courier/update.js" */
/** @import { Stage } from "./stage.js" */

import { handedInLater } from "../courier/proof.js";
import { update } from "../courier/update.js";
import { left } from "../courier/whose.js";
import { reached } from "./signal.js";

const HANDS_IN_EVERY_MS = 3000;
/** @type {Record<string, string>} */
const NEAREST = {
  fetching: "looking",
  connecting: "looking",
  looking: "connecting",
  stopped: "interrupted",
  no_lock_chosen: "out_of_reach",
  bluetooth_off: "out_of_reach",
  image: "confirming",
};
const ASIDE = new Set(["waiting", "newer", "yielding"]);

export class Updating {
  /**
   * @param {{stage: Stage, courier: () => Promise<Courier>, pull: boolean, onproof?: () => void}} facts `courier` is one of a registered phone, if
   * it has a channel; `onproof` is called when the service has the proof, at once or later
   */
  constructor({ stage, courier, pull, onproof = () => undefined }) {
    this.stage = stage;
    this.onproof = onproof;
    this.courier = courier;
    this.pull = pull;
    this.turn = 0;
    /** @type {AbortController | null} */
    this.running = null;
  }

  /** Stops what runs; nothing is lost by it. */
  stop() {
    this.running?.abort();
  }

  /** Shows a door before its update: ready, or where somebody left it. @param {string} lock */
  open(lock) {
    this.turn += 1;
    this.stage.show(localStorage.getItem(begun(lock)) ? "interrupted" : "ready");
  }

  /** @param {string} lock @returns {Promise<boolean>} true when the lock confirmed it */
  async start(lock) {
    this.turn += 1;
    this.running = new AbortController();
    note(lock);
    this.stage.show("running");
    this.stage.progress(0);
    this.stage.fill("extra", "");
    this.stage.part("image", false);
    this.stage.part("no-signal", !navigator.onLine);
    const awake = await navigator.wakeLock?.request("screen").catch(() => null);
    try {
      return await this.#bring(lock, this.running.signal);
    } catch (problem) {
      console.warn(problem instanceof Error ? problem.name : "problem");
      this.stage.show("interrupted");
      return false;
    } finally {
      awake?.release();
    }
  }

  /** @param {string} lock @param {AbortSignal} signal */
  async #bring(lock, signal) {
    const courier = await this.courier();
    if (courier.channel === null) return this.#end("unsupported");
    const answer = await update({ courier, lock, pull: this.pull, onstep: (step) => this.#step(step), signal });
    if (answer.result === "confirmed" ? answer.receipt === null : answer.result !== "wiped") return this.#end(answer.result);
    localStorage.removeItem(begun(lock));
    await this.#told(courier, answer);
    return true;
  }

  /** @param {string} result of an update that came to no proof */
  #end(result) {
    this.stage.show(this.stage.has("when", result) ? result : (NEAREST[result] ?? "interrupted"));
    return false;
  }

  /** @param {Courier} courier @param {Updated} answer */
  async #told(courier, { result, receipt, battery, handedIn, image, proof }) {
    const { records } = await courier.outbox.waiting();
    this.stage.fill("at", this.stage.clock(receipt?.at_ms ?? courier.now()));
    this.stage.fill("battery", battery === null ? "" : this.stage.words("battery", "percent").replace("{n}", String(battery)));
    this.stage.fill("records", records === 0 ? "" : this.stage.words("records", "words").replace("{n}", String(records)));
    this.stage.fill("image-said", image === null ? "" : this.stage.words("image-said", image));
    this.stage.part("image-more", image === "interrupted");
    this.stage.show(handedIn ? result : "at-lock");
    if (handedIn) this.onproof();
    if (!handedIn && proof !== null) this.#later(courier, proof, result).catch((problem) => console.warn(problem.name));
  }

  /** The hollow check becomes a green one when the service has the proof. @param {Courier} courier @param {string} key @param {string} result */
  async #later(courier, key, result) {
    const { turn } = this;
    const goesOn = () => turn === this.turn;
    if (!(await handedInLater({ courier, key, every_ms: HANDS_IN_EVERY_MS, goesOn }))) return;
    reached(true);
    this.stage.show(result);
    this.onproof();
  }

  /** @param {Step} step */
  #step({ name, done = 0, total = 0 }) {
    if (ASIDE.has(name)) {
      this.stage.fill("extra", this.stage.words("extra", name));
      return;
    }
    if (name !== "sending") this.stage.fill("extra", "");
    this.stage.step(this.stage.has("step", name) ? name : (NEAREST[name] ?? name));
    if (name === "image") this.stage.part("image", true);
    if ((name === "sending" || name === "image") && total) {
      const part = name === "image" ? "image-parts" : "parts";
      const words = this.stage.words(part, "of");
      this.stage.fill(part, words.replace("{done}", String(done)).replace("{total}", String(total)));
      this.stage.progress((100 * done) / total);
    }
  }
}

/** @param {string} lock */
async function note(lock) {
  if (await left()) return;
  try {
    localStorage.setItem(begun(lock), "begun");
  } catch {
    // A browser that notes nothing updates all the same; it only forgets where it was.
  }
}

/** Where this browser notes that an update began; it stays when somebody closes the page halfway. @param {string} lock */
function begun(lock) {
  return `limen-update-${lock}`;
}

/**
 * A page, or a part of one, with the buttons of an update.
 * @param {Updating} updating @param {() => string} lock @param {(confirmed: boolean) => void} [after]
 */
export function listen(updating, lock, after = () => undefined) {
  updating.stage.root.addEventListener("click", async (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do]"));
    if (button?.dataset.do === "stop") updating.stop();
    if (button?.dataset.do === "start") after(await updating.start(lock()));
  });
}
