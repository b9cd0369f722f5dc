// The camera reads a lock's sticker. What it sees stays in this page: the sticker's secret is for nobody else. It fills in the text and no more, for
// the browser's list of locks asks for a tap of its own. Never the only way: where a browser has no camera or no reader, the text is typed.

import { readSticker } from "../courier/sticker.js";

/**
 * @typedef {{detect: (picture: HTMLVideoElement) => Promise<{rawValue: string}[]>}} Reader
 * @typedef {{new (options: {formats: string[]}): Reader, getSupportedFormats: () => Promise<string[]>}} Readers what `BarcodeDetector` is
 */

const QR = "qr_code";
const LOOK_AGAIN_MS = 150;
const BACK_CAMERA = { video: { facingMode: "environment", width: { ideal: 1280 } } };

/** @returns {Readers | null} */
function readers() {
  return /** @type {{BarcodeDetector?: Readers}} */ (/** @type {unknown} */ (globalThis)).BarcodeDetector ?? null;
}

/** @param {string} text @returns {boolean} */
export function isSticker(text) {
  try {
    readSticker(text);
    return true;
  } catch {
    return false;
  }
}

export class Scanner {
  /** @type {MediaStream | null} */
  #camera = null;
  #asking = false;

  /** @param {HTMLElement} root what is shown of it @param {(text: string) => void} onread a sticker was read, and the camera is off again */
  constructor(root, onread) {
    this.root = root;
    this.onread = onread;
    this.video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
    root.addEventListener("click", ({ target }) => {
      const wish = /** @type {HTMLElement} */ (target).closest("button")?.dataset.do;
      if (wish === "scan") this.#look();
      if (wish === "stop") this.stop();
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
  }

  /** Shows the button, where this browser has a camera to ask for and reads QR codes. */
  async offer() {
    if (!navigator.mediaDevices || !(await readers()?.getSupportedFormats())?.includes(QR)) return;
    this.#show("off");
    this.root.hidden = false;
  }

  /** The camera is off, and its light. */
  stop() {
    if (this.#camera === null) return;
    this.#close();
    this.#show("off");
    /** @type {HTMLElement | null} */ (this.root.querySelector("[data-do=scan]"))?.focus();
  }

  async #look() {
    const Readers = readers();
    if (Readers === null || this.#asking || this.#camera !== null) return;
    this.#asking = true;
    let camera = null;
    try {
      camera = await navigator.mediaDevices.getUserMedia(BACK_CAMERA).finally(() => {
        this.#asking = false;
      });
      this.#camera = this.video.srcObject = camera;
      this.#show("looking");
      await this.video.play();
      await this.#read(new Readers({ formats: [QR] }));
    } catch (problem) {
      if (camera !== this.#camera) return; // somebody stopped it
      this.#close();
      this.#show(problem instanceof DOMException && problem.name === "NotFoundError" ? "missing" : "denied");
    }
  }

  /** @param {Reader} reader */
  async #read(reader) {
    for (const camera = this.#camera; camera !== null && camera === this.#camera; ) {
      const [seen] = await reader.detect(this.video);
      if (camera !== this.#camera) return;
      if (seen && isSticker(seen.rawValue)) {
        this.#close();
        this.#show("read");
        this.onread(seen.rawValue.trim());
        return;
      }
      this.#show(seen ? "other" : "looking");
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  #close() {
    for (const track of this.#camera?.getTracks() ?? []) track.stop();
    this.#camera = null;
    this.video.srcObject = null;
  }

  /** @param {"off" | "looking" | "other" | "read" | "denied" | "missing"} state */
  #show(state) {
    this.root.dataset.state = state;
    for (const part of this.root.querySelectorAll("[data-scan]")) {
      const { dataset } = /** @type {HTMLElement} */ (part);
      /** @type {HTMLElement} */ (part).hidden = !dataset.scan?.split(" ").includes(state);
    }
  }
}
