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

import { Images } from "./images.js";
import { Inbox } from "./inbox.js";
import { Outbox } from "./outbox.js";
import { pageService } from "./service.js";
import { openStorage, stillThere, untilLeft } from "./storage.js";
import { Turns } from "./turns.js";
import { Wallet } from "./wallet.js";
import { left as pageLeft, person } from "./whose.js";

/**
 * @param {{as: As, channel?: Channel | null, service?: Service, storage?: Storage, now?: () => number, onremoved?: () => unknown,
 *   left?: () => Promise<boolean>}} wishes what is not given is the page's own; `onremoved` hears that this phone was removed, whatever found that out, when its
 *   wallet is empty; `left`: whether somebody has signed out, which leaves a courier that takes nothing more
 * @returns {Promise<Courier>} @throws {SignedOut}
 */
export async function openCourier({
  as,
  channel,
  service = pageService(document),
  storage,
  now = Date.now,
  onremoved = () => undefined,
  left = pageLeft,
}) {
  await stillThere(left);
  const drawers = untilLeft(storage ?? (await openStorage(person())), left);
  const way = channel === undefined ? await chooseChannel(document) : channel;
  const wallet = new Wallet({ as, storage: drawers, service, now });
  const outbox = new Outbox({ storage: drawers, service, wallet, now });
  const inbox = new Inbox({ service, wallet, outbox, onremoved });
  const images = new Images({ storage: drawers, service, wallet });
  return { as, wallet, inbox, outbox, channel: way, service, images, turns: new Turns(), now, storage: drawers };
}

/** Everything stays as it is; only the storage is let go. @param {Courier} courier */
export function closeCourier(courier) {
  courier.storage.close();
}

/**
 * What the page says it is: `<meta name="limen-channel" content="websocket">` in a demonstration, `bluetooth` at real doors.
 * @param {Document} document
 * @returns {Promise<Channel | null>} null when this browser cannot talk to locks (M17)
 */
async function chooseChannel(document) {
  const wish = document.querySelector('meta[name="limen-channel"]')?.getAttribute("content") ?? "bluetooth";
  if (wish === "websocket") {
    const { webSocketChannel } = await import("./channels/websocket.js");
    return webSocketChannel(document.location.origin);
  }
  const { bluetoothChannel, canBluetooth } = await import("./channels/bluetooth.js");
  return canBluetooth() ? bluetoothChannel() : null;
}
