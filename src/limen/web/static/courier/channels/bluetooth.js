/**
 * A lock over Bluetooth: one service, one characteristic to write without response, one to be notified by (protocol B.8).
 *
 * Only Chromium has Web Bluetooth, and its list of locks needs a tap; a lock that was chosen once is found again without it.
 *
 * @typedef {EventTarget & {value?: DataView, writeValueWithoutResponse: (frame: Bytes) => Promise<void>,
 *   startNotifications: () => Promise<unknown>}} Characteristic
 * @typedef {{getCharacteristic: (uuid: string) => Promise<Characteristic>}} Service
 * @typedef {{connect: () => Promise<Server>, disconnect: () => void, getPrimaryService: (uuid: string) => Promise<Service>}} Server
 * @typedef {EventTarget & {name?: string, gatt?: Server}} Device
 * @typedef {{requestDevice: (wish: object) => Promise<Device>, getDevices?: () => Promise<Device[]>}} Bluetooth
 */
/** @import { Bytes } from "../bytes.js" */
/** @import { Channel, Link } from "../channel.js" */

import { Arrivals, LinkEnded, NoLockChosen, OutOfReach } from "../channel.js";
import { FRAME_BYTES_PLANNED } from "../frames.js";

export const SERVICE = "7a1e0001-8b5c-4d2e-9f00-000000000001";
export const TO_LOCK = "7a1e0002-8b5c-4d2e-9f00-000000000001";
export const TO_PHONE = "7a1e0003-8b5c-4d2e-9f00-000000000001";
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
  return { open: reach };
}

/** @param {string} serial @param {AbortSignal} [signal] @returns {Promise<Link>} */
async function reach(serial, signal) {
  if (signal?.aborted) throw new OutOfReach("stopped before it began");
  const device = await choose(serial);
  const server = device.gatt;
  if (server === undefined) throw new OutOfReach("no Bluetooth on this lock");
  const late = setTimeout(() => server.disconnect(), REACH_MS);
  signal?.addEventListener("abort", () => server.disconnect(), { once: true });
  try {
    return await connect(device, server);
  } catch {
    server.disconnect();
    throw new OutOfReach("the lock does not answer");
  } finally {
    clearTimeout(late);
  }
}

/** @param {string} serial @returns {Promise<Device>} @throws {NoLockChosen} */
async function choose(serial) {
  const bluetooth = radio();
  if (bluetooth === undefined) throw new OutOfReach("this browser has no Bluetooth");
  const known = (await bluetooth.getDevices?.()) ?? [];
  const again = known.find((device) => device.name === serial);
  if (again !== undefined) return again;
  try {
    return await bluetooth.requestDevice({ filters: [{ services: [SERVICE], name: serial }] });
  } catch {
    throw new NoLockChosen("no lock chosen");
  }
}

/** @param {Device} device @param {Server} server @returns {Promise<Link>} */
async function connect(device, server) {
  const arrivals = new Arrivals();
  device.addEventListener("gattserverdisconnected", () => arrivals.end(), { once: true });
  const service = await (await server.connect()).getPrimaryService(SERVICE);
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
    server.disconnect();
  };
  return { frameBytes: FRAME_BYTES_PLANNED, send, receive: () => arrivals.next(), close };
}
