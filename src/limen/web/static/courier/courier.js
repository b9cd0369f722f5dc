/**
 * All that a page needs at doors, put together once.
 *
 * @typedef {{as: As, wallet: Wallet, inbox: Inbox, outbox: Outbox, channel: Channel | null, service: Service, images: Images, turns: Turns, now: () => number,
 *   storage: Storage}} Courier
 */
/** @import { Channel } from "./channel.js" */
/** @import { Service } from "./service.js" */
/** @import { Storage } from "./storage.js" */
/** @import { As } from "./wallet.js" */

import { chooseChannel } from "./channel.js";
import { Images } from "./images.js";
import { Inbox } from "./inbox.js";
import { Outbox } from "./outbox.js";
import { pageService } from "./service.js";
import { openStorage } from "./storage.js";
import { Turns } from "./turns.js";
import { Wallet } from "./wallet.js";

/**
 * @param {{as: As, channel?: Channel | null, service?: Service, storage?: Storage, now?: () => number}} wishes what is not given is the page's own
 * @returns {Promise<Courier>}
 */
export async function openCourier({ as, channel, service = pageService(document), storage, now = Date.now }) {
  const drawers = storage ?? (await openStorage(person()));
  const way = channel === undefined ? await chooseChannel(document) : channel;
  const wallet = new Wallet({ as, storage: drawers, service, now });
  const outbox = new Outbox({ storage: drawers, service, wallet, now });
  const inbox = new Inbox({ service, wallet, outbox });
  const images = new Images({ storage: drawers, service, wallet });
  return { as, wallet, inbox, outbox, channel: way, service, images, turns: new Turns(), now, storage: drawers };
}

/** `<meta name="limen-person" content="…">`; a page without it has one wallet for whoever uses the browser. */
function person() {
  return document.querySelector('meta[name="limen-person"]')?.getAttribute("content") ?? "";
}

/** Everything stays as it is; only the storage is let go. @param {Courier} courier */
export function closeCourier(courier) {
  courier.storage.close();
}
