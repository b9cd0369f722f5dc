// One update at a door, push only, told in the states of a stage. A check is shown from a receipt alone.

/** @import { Stage } from "../web/stage.js" */
/** @import { Courier } from "../courier/courier.js" */

import { openCourier } from "../courier/courier.js";
import { update } from "../courier/update.js";

const HANDS_IN_EVERY_MS = 3000;

/** What the stage calls the steps of the courier. @type {Record<string, string>} */
const STEPS = { fetching: "looking", connecting: "looking" };
/** What the stage calls the results of the courier. @type {Record<string, string>} */
const RESULTS = { stopped: "interrupted", no_lock_chosen: "out_of_reach" };

export class Pushing {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {AbortController | null} */
    this.running = null;
    this.began = 0;
  }

  /** Stops what runs; nothing is lost by it. */
  stop() {
    this.running?.abort();
  }

  /** @param {string} lock @returns {Promise<string>} the state that is shown at the end */
  async start(lock) {
    this.began += 1;
    const turn = this.began;
    this.stage.show("running");
    this.stage.fill("extra", "");
    this.running = new AbortController();
    const awake = await navigator.wakeLock?.request("screen").catch(() => null);
    try {
      return await this.#push(lock, turn, this.running.signal);
    } catch (problem) {
      console.warn(problem instanceof Error ? problem.name : "problem");
      this.stage.show("interrupted");
      return "interrupted";
    } finally {
      awake?.release();
    }
  }

  /** @param {string} lock @param {number} turn @param {AbortSignal} signal */
  async #push(lock, turn, signal) {
    const courier = await openCourier({ as: "manager" });
    if (!courier.channel) return this.#end("unsupported");
    await courier.wallet.register(navigator.userAgent.includes("Android") ? "Android" : "Browser");
    const answer = await update({ courier, lock, pull: false, onstep: (step) => this.#step(step), signal });
    if (answer.result === "wiped") {
      this.stage.fill("at", this.stage.clock(courier.now()));
      return this.#end(answer.handedIn ? "wiped" : "at-lock");
    }
    if (answer.result !== "confirmed") return this.#end(RESULTS[answer.result] ?? answer.result);
    this.stage.fill("at", this.stage.clock(answer.receipt?.at_ms ?? courier.now()));
    if (answer.handedIn) return this.#end("confirmed");
    this.#handInLater(courier, turn);
    return this.#end("at-lock");
  }

  /** The hollow check becomes a green one when the service has the proof. @param {Courier} courier @param {number} turn */
  #handInLater(courier, turn) {
    const timer = setInterval(async () => {
      if (turn !== this.began) return clearInterval(timer);
      const { refused } = await courier.outbox.handIn().catch(() => ({ refused: [] }));
      const { receipts } = await courier.outbox.waiting();
      if (receipts > 0 || refused.length > 0) return;
      clearInterval(timer);
      if (turn === this.began) this.#end("confirmed");
    }, HANDS_IN_EVERY_MS);
  }

  /** @param {string} state */
  #end(state) {
    this.stage.show(state);
    return state;
  }

  /** @param {{name: string, done?: number, total?: number}} step */
  #step({ name, done = 0, total = 0 }) {
    if (name === "waiting" || name === "newer") this.stage.fill("extra", this.stage.words("extra", name));
    else this.stage.step(STEPS[name] ?? name);
    if (name === "sending" && total) {
      this.stage.fill("parts", `${done} / ${total}`);
      this.stage.progress((100 * done) / total);
    }
  }
}
