/**
 * Firmware that this phone carries (part G): the images that its doors wait for, each once however many doors, and no other.
 *
 * They are public and signed by their makers; a phone keeps them by digest and can change nothing about them.
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Service } from "./service.js" */
/** @import { Storage } from "./storage.js" */
/** @import { Wallet } from "./wallet.js" */

import { equal, hex, sha256, unhex } from "./bytes.js";
import { NotCanonical } from "./cbor.js";
import { NoSignal, Refused } from "./service.js";
import { bytesOf } from "./shapes.js";
import { StorageFull } from "./storage.js";

export const IMAGE_BYTES_MAX = 1 << 20;
/** One for each model that waits; more than these wait for the next visit. */
export const IMAGES_MAX = 8;

export class Images {
  /** @param {{storage: Storage, service: Service, wallet: Wallet}} facts */
  constructor({ storage, service, wallet }) {
    this.storage = storage;
    this.service = service;
    this.wallet = wallet;
  }

  /** @param {Uint8Array} digest @returns {Promise<Bytes | null>} the image of this digest, if it is here */
  async image(digest) {
    const kept = await this.storage.get("images", hex(digest));
    return kept === undefined ? null : bytesOf(kept);
  }

  /** Fetches what lacks and forgets what no door waits for any more. What is here stays without signal. @returns {Promise<void>} */
  async refresh() {
    const wanted = [...new Set(await this.wallet.imagesWanted())].slice(0, IMAGES_MAX);
    const kept = new Set((await this.storage.all("images")).map(([name]) => name));
    await this.storage.change([...kept].filter((name) => !wanted.includes(name)).map((name) => ({ drawer: "images", name })));
    for (const name of wanted.filter((one) => !kept.has(one))) if (!(await this.#fetch(name))) return;
  }

  /** @param {string} name @returns {Promise<boolean>} false without signal or room */
  async #fetch(name) {
    const digest = unhex(name);
    try {
      const answer = await this.service.ask("/gateway/image", new Map().set("digest", digest));
      const image = bytesOf(answer.get("image"));
      if (image.length > 0 && image.length <= IMAGE_BYTES_MAX && equal(await sha256(image), digest))
        await this.storage.change([{ drawer: "images", name, put: image }]);
      return true;
    } catch (problem) {
      if (problem instanceof NoSignal || problem instanceof StorageFull) return false;
      if (problem instanceof NotCanonical) return true;
      if (problem instanceof Refused) return true; // withdrawn meanwhile: the next inbox does not name it
      throw problem;
    }
  }
}
