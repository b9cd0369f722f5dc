// The loud output of a call, where the browser lets a page choose one (Audio Output Devices API). Elsewhere there is nothing to press.

/** What systems call it, in the languages of their owners. */
const LOUD = /speaker|altavo[cz]|bocina|parlante|alto-falante|lautsprecher|haut-parleur/i;
/** Names under which a browser lists an output a second time. */
const USUAL = "default";
const AGAIN = new Set([USUAL, "communications"]);

/** Asks the person at a tap; not every browser has it. @typedef {MediaDevices & {selectAudioOutput?: () => Promise<MediaDeviceInfo>}} Devices */

export class Speaker {
  /**
   * Shows the button where there is something to choose; names are known only after the microphone was allowed.
   * @param {HTMLElement} button @param {HTMLAudioElement} sound
   */
  constructor(button, sound) {
    this.button = button;
    this.sound = sound;
    /** @type {string | null} */
    this.loud = null;
    this.devices = /** @type {Devices | undefined} */ (navigator.mediaDevices);
    this.devices?.addEventListener("devicechange", () => this.look());
  }

  get on() {
    return this.button.getAttribute("aria-pressed") === "true";
  }

  /** Looks for the loud output anew: a headset comes and goes. */
  async look() {
    if (!("setSinkId" in this.sound) || !this.devices) return;
    const outputs = (await this.devices.enumerateDevices()).filter(({ kind }) => kind === "audiooutput");
    const found = outputs.find(({ deviceId, label }) => !AGAIN.has(deviceId) && LOUD.test(label));
    this.loud = found?.deviceId ?? null;
    if (this.on && this.loud === null && !this.devices.selectAudioOutput) await this.#use("");
    // What is loud already is no choice. Its other entry is named after it: "Default - Speakers".
    const usual = outputs.find(({ deviceId }) => deviceId === USUAL)?.label ?? "";
    const isLoud = found !== undefined && usual.endsWith(found.label);
    this.button.hidden = !(this.on || (this.loud === null ? this.devices.selectAudioOutput : !isLoud));
  }

  /** The loud one, or the one that the system would use. */
  async press() {
    await this.#use(this.on ? "" : (this.loud ?? (await this.#asked()))).catch(() => {
      this.button.hidden = true; // a browser that cannot after all says so by not offering it
    });
  }

  /** @returns {Promise<string>} empty where the person chose none */
  async #asked() {
    return (await this.devices?.selectAudioOutput?.().catch(() => null))?.deviceId ?? "";
  }

  /** @param {string} output empty: the system's own choice */
  async #use(output) {
    await this.sound.setSinkId(output);
    this.button.setAttribute("aria-pressed", String(output !== ""));
  }
}
