/**
 * A lock over Bluetooth: one service, one characteristic to write without response, one to be notified by (docs/protocol/bluetooth.md).
 *
 * Only Chromium has Web Bluetooth, and its list of locks needs a tap. It is asked for exactly the name that the lock's key gives, so there is one
 * lock in it or none, or of several names those that are near; a lock that was chosen is not asked for again while the page lives.
 *
 * @typedef {EventTarget & {value?: DataView, writeValueWithoutResponse: (frame: Bytes) => Promise<void>,
 *   startNotifications: () => Promise<unknown>}} Characteristic
 * @typedef {{getCharacteristic: (uuid: string) => Promise<Characteristic>}} Service
 * @typedef {{connect: () => Promise<Server>, disconnect: () => void, getPrimaryService: (uuid: string) => Promise<Service>}} Server
 * @typedef {EventTarget & {name?: string, gatt?: Server}} Device
 * @typedef {{requestDevice: (wish: object) => Promise<Device>, getAvailability?: () => Promise<boolean>}} Bluetooth
 */
/** @import { Bytes } from "../bytes.js" */
/** @import { Channel, Link, Whom } from "../channel.js" */

import { airName } from "../advertising.js";
import { Arrivals, BluetoothOff, LinkEnded, NoLockChosen, OutOfReach } from "../channel.js";
import { FRAME_BYTES_PLANNED } from "../frames.js";

export const SERVICE = "6c696d65-6e00-4d01-8a00-000000000001";
export const TO_LOCK = "6c696d65-6e00-4d01-8a00-000000000002";
export const TO_PHONE = "6c696d65-6e00-4d01-8a00-000000000003";
const REACH_MS = 15000;

/** @returns {Bluetooth | undefined} */
function radio() {
  return /** @type {{bluetooth?: Bluetooth}} */ (/** @type {unknown} */ (globalThis.navigator))?.bluetooth;
}

export function canBluetooth() {
  return radio() !== undefined;
}

/** @returns {Channel} */
export function bluetoothChannel() {
  /** Locks that the person chose, by name. @type {Map<string, Device>} */
  const chosen = new Map();
  /** @param {Whom} whom @returns {Promise<{name: string, device: Device}>} */
  const deviceOf = async ({ lockId, lockKey }) => {
    const name = await airName(lockId, lockKey);
    return { name, device: await deviceCalled(name) };
  };
  /** @param {string} name @returns {Promise<Device>} */
  const deviceCalled = async (name) => {
    const device = chosen.get(name) ?? (await ask([name]));
    chosen.set(name, device);
    return device;
  };
  /** @param {() => Promise<{name: string, device: Device}>} find @param {AbortSignal} [signal] @returns {Promise<Link>} */
  const open = async (find, signal) => {
    if (signal?.aborted) throw new OutOfReach("stopped before it began");
    const { name, device } = await find();
    if (signal?.aborted) throw new OutOfReach("stopped while it was looked for");
    try {
      return await reach(device, signal);
    } catch (problem) {
      // A lock that was started anew has another address, and the list finds it under that; who stopped was told nothing about it.
      if (!signal?.aborted) chosen.delete(name);
      throw problem;
    }
  };
  return {
    asks: async ({ lockId, lockKey }) => {
      const name = await airName(lockId, lockKey);
      return chosen.has(name) ? null : name;
    },
    choose: async (whom) => {
      await deviceOf(whom);
    },
    chooseAmong: async (those) => {
      const named = new Map(
        await Promise.all(those.map(async (whom) => /** @type {const} */ ([await airName(whom.lockId, whom.lockKey), whom]))),
      );
      const device = await ask([...named.keys()]);
      const whom = named.get(device.name ?? "");
      if (whom === undefined) throw new NoLockChosen("a lock of another name");
      chosen.set(device.name ?? "", device);
      return whom;
    },
    open: (whom, signal) => open(() => deviceOf(whom), signal),
    openNamed: (name, signal) => open(async () => ({ name, device: await deviceCalled(name) }), signal),
  };
}

/** @param {string[]} names @returns {Promise<Device>} @throws {NoLockChosen} `BluetoothOff` among them */
async function ask(names) {
  const bluetooth = radio();
  if (bluetooth === undefined) throw new OutOfReach("this browser has no Bluetooth");
  try {
    return await bluetooth.requestDevice({ filters: names.map((name) => ({ services: [SERVICE], name })) });
  } catch {
    // The browser says the same of a closed list and of a radio that is off; whether there is a radio it says when asked.
    const off = (await bluetooth.getAvailability?.().catch(() => true)) === false;
    throw off ? new BluetoothOff("Bluetooth is off") : new NoLockChosen("no lock chosen");
  }
}

/** An attempt, and the link it becomes. A device has one server for all of them: who is done late with an ended one must not hang up the one begun since. */
class Line {
  /** @param {Server} server */
  constructor(server) {
    this.server = server;
    this.over = false;
  }

  hangUp() {
    if (this.over) return;
    this.over = true;
    this.server.disconnect();
  }
}

/** @param {Device} device @param {AbortSignal} [signal] @returns {Promise<Link>} */
async function reach(device, signal) {
  if (device.gatt === undefined) throw new OutOfReach("no Bluetooth on this lock");
  const line = new Line(device.gatt);
  const give = () => line.hangUp();
  const late = setTimeout(give, REACH_MS);
  signal?.addEventListener("abort", give, { once: true });
  try {
    return await connect(device, line);
  } catch {
    give();
    throw new OutOfReach("the lock does not answer");
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", give);
  }
}

/** @param {Device} device @param {Line} line @returns {Promise<Link>} from the moment on in which the lock knows that we listen */
async function connect(device, line) {
  const arrivals = new Arrivals();
  const ended = () => {
    line.over = true;
    arrivals.end();
  };
  const service = await (await line.server.connect()).getPrimaryService(SERVICE);
  device.addEventListener("gattserverdisconnected", ended, { once: true });
  const toLock = await service.getCharacteristic(TO_LOCK);
  const toPhone = await service.getCharacteristic(TO_PHONE);
  toPhone.addEventListener("characteristicvaluechanged", () => {
    const { value } = toPhone;
    if (value !== undefined) arrivals.put(new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice());
  });
  await toPhone.startNotifications();
  const send = async (/** @type {Bytes} */ frame) => {
    try {
      await toLock.writeValueWithoutResponse(frame);
    } catch {
      throw new LinkEnded("the link is gone");
    }
  };
  const close = () => {
    arrivals.end();
    line.hangUp();
  };
  return { frameBytes: FRAME_BYTES_PLANNED, send, receive: () => arrivals.next(), close };
}
