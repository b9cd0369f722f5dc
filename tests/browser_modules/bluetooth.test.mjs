// The browser's Bluetooth channel at a radio made of nothing but the interface that Web Bluetooth has.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { airName } from "../../src/limen/web/static/courier/advertising.js";
import { BluetoothOff, LinkEnded, NoLockChosen, OutOfReach } from "../../src/limen/web/static/courier/channel.js";
import { bluetoothChannel, canBluetooth, SERVICE, TO_LOCK, TO_PHONE } from "../../src/limen/web/static/courier/channels/bluetooth.js";
import { failure } from "../../src/limen/web/static/courier/reach.js";

const whom = { lockId: new Uint8Array(8), lockKey: new Uint8Array(32).fill(7) };

/** A lock that says every frame backwards, and the browser around it. */
class Radio {
  asked = [];
  chooses = true;
  answers = true;
  connected = false;
  /** Set: a connection says that it began and waits, however long; then it comes to nothing. @type {{began: () => void, over: Promise<void>} | null} */
  silence = null;
  /** The name of the one lock that is near; null: the first that is asked for. */
  near = null;

  async requestDevice(wish) {
    this.asked.push(wish);
    if (!this.chooses) throw new Error("the person closed the list");
    const device = Object.assign(new EventTarget(), { name: this.near ?? wish.filters[0].name });
    device.gatt = {
      connect: async () => {
        if (!this.answers) throw new Error("not in range");
        if (this.silence !== null) {
          const { began, over } = this.silence;
          began();
          await over;
          throw new Error("hung up meanwhile");
        }
        this.connected = true;
        return device.gatt;
      },
      disconnect: () => {
        if (this.connected) device.dispatchEvent(new Event("gattserverdisconnected"));
        this.connected = false;
      },
      getPrimaryService: async (service) => ({ getCharacteristic: async (uuid) => this.characteristic(service, uuid) }),
    };
    this.device = device;
    return device;
  }

  characteristic(service, uuid) {
    assert.equal(service, SERVICE);
    if (uuid === TO_PHONE) {
      this.toPhone = Object.assign(new EventTarget(), { startNotifications: async () => undefined });
      return this.toPhone;
    }
    assert.equal(uuid, TO_LOCK);
    return Object.assign(new EventTarget(), {
      writeValueWithoutResponse: async (frame) => {
        if (!this.connected) throw new Error("gone");
        this.toPhone.value = new DataView(Uint8Array.from(frame).reverse().buffer);
        this.toPhone.dispatchEvent(new Event("characteristicvaluechanged"));
      },
    });
  }
}

function withRadio() {
  const radio = new Radio();
  Object.defineProperty(globalThis, "navigator", { value: { bluetooth: radio }, configurable: true });
  return radio;
}

afterEach(() => Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true }));

test("The list is asked for the one name that the lock's key gives, and once while the page lives.", async () => {
  const radio = withRadio();
  assert.ok(canBluetooth());
  const channel = bluetoothChannel();
  assert.equal(await channel.asks(whom), await airName(whom.lockId, whom.lockKey));
  await channel.choose(whom);
  assert.equal(await channel.asks(whom), null);
  for (const frame of [Uint8Array.of(1, 2, 3), Uint8Array.of(9, 8)]) {
    const link = await channel.open(whom);
    await link.send(frame);
    assert.deepEqual([...(await link.receive())], [...frame].reverse());
    link.close();
  }
  assert.deepEqual(radio.asked, [{ filters: [{ services: [SERVICE], name: await airName(whom.lockId, whom.lockKey) }] }]);
});

test("A lock of which one knows the name alone is asked for by it, and once while the page lives.", async () => {
  const radio = withRadio();
  const channel = bluetoothChannel();
  (await channel.openNamed("7K2M9QXD")).close();
  (await channel.openNamed("7K2M9QXD")).close();
  assert.deepEqual(radio.asked, [{ filters: [{ services: [SERVICE], name: "7K2M9QXD" }] }]);
});

test("A frame is as long as is planned for where the browser does not tell what the link carries.", async () => {
  withRadio();
  assert.equal((await bluetoothChannel().open(whom)).frameBytes, 182);
});

test("Closing the list is no lock chosen; a lock that does not answer is asked for anew.", async () => {
  const radio = withRadio();
  const channel = bluetoothChannel();
  radio.chooses = false;
  await assert.rejects(channel.open(whom), NoLockChosen);
  radio.chooses = true;
  radio.answers = false;
  await assert.rejects(channel.open(whom), OutOfReach);
  radio.answers = true;
  await channel.open(whom);
  assert.equal(radio.asked.length, 3);
});

test("A radio that is off is told apart from a list that was closed, also where the browser does not say.", async () => {
  const radio = withRadio();
  radio.chooses = false;
  const failed = () =>
    bluetoothChannel()
      .open(whom)
      .then(assert.fail, (problem) => problem);
  const { signal } = new AbortController();
  for (const [available, result] of [
    [async () => false, "bluetooth_off"],
    [async () => true, "no_lock_chosen"],
    [() => Promise.reject(new Error("not here")), "no_lock_chosen"],
    [undefined, "no_lock_chosen"],
  ]) {
    radio.getAvailability = available;
    const problem = await failed();
    assert.equal(problem instanceof BluetoothOff, result === "bluetooth_off");
    assert.deepEqual(failure(problem, signal), { result, reason: null });
  }
});

test("A connection that ends is told to whoever waits, and nothing more goes over it.", async () => {
  const radio = withRadio();
  const link = await bluetoothChannel().open(whom);
  const waiting = link.receive();
  radio.device.gatt.disconnect();
  await assert.rejects(waiting, LinkEnded);
  await assert.rejects(link.send(Uint8Array.of(1)), LinkEnded);
});

// rule: LOCK-3
test("An ended link that is closed late, or again, does not hang up the link that was opened since.", async () => {
  const radio = withRadio();
  const channel = bluetoothChannel();
  for (const end of [(link) => link.close(), () => radio.device.gatt.disconnect()]) {
    const first = await channel.open(whom);
    end(first);
    const second = await channel.open(whom);
    first.close();
    await second.send(Uint8Array.of(1, 2));
    assert.deepEqual([...(await second.receive())], [2, 1]);
    second.close();
    assert.equal(radio.connected, false);
  }
});

// rule: LOCK-3
test("An attempt that was stopped, and hears of it late, does not hang up the link that was opened since.", async () => {
  const radio = withRadio();
  const channel = bluetoothChannel();
  await channel.choose(whom);
  const stop = new AbortController();
  let [began, hear] = [() => undefined, () => undefined];
  const beginning = new Promise((resolve) => {
    began = resolve;
  });
  const over = new Promise((resolve) => {
    hear = resolve;
  });
  radio.silence = { began, over };
  const first = channel.open(whom, stop.signal);
  await beginning;
  stop.abort();
  radio.silence = null;
  const second = await channel.open(whom);
  hear();
  await assert.rejects(first, OutOfReach);
  assert.equal(await channel.asks(whom), null);
  await second.send(Uint8Array.of(1, 2));
  assert.deepEqual([...(await second.receive())], [2, 1]);
});

test("A link on which more came than anybody reads is hung up by whoever notices.", async () => {
  const radio = withRadio();
  const link = await bluetoothChannel().open(whom);
  for (let n = 0; n < 600; n += 1) await link.send(Uint8Array.of(1));
  for (let n = 0; n < 512; n += 1) await link.receive();
  await assert.rejects(link.receive(), LinkEnded);
  link.close();
  assert.equal(radio.connected, false);
});

test("Who stopped while the lock was looked for has no link.", async () => {
  const radio = withRadio();
  const stop = new AbortController();
  const opening = bluetoothChannel().open(whom, stop.signal);
  stop.abort();
  await assert.rejects(opening, OutOfReach);
  assert.equal(radio.connected, false);
});

test("Who stopped does not begin, and a browser without Bluetooth says so.", async () => {
  const radio = withRadio();
  await assert.rejects(bluetoothChannel().open(whom, AbortSignal.abort()), OutOfReach);
  assert.equal(radio.asked.length, 0);
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  assert.ok(!canBluetooth());
  await assert.rejects(bluetoothChannel().open(whom), OutOfReach);
});

// rule: SYNC-13
test("Of several locks the person is shown those by name, and the one they pick is reached without another list.", async () => {
  const radio = withRadio();
  const those = [1, 2, 3].map((n) => ({ lockId: new Uint8Array(8).fill(n), lockKey: new Uint8Array(32).fill(n) }));
  const names = await Promise.all(those.map(({ lockId, lockKey }) => airName(lockId, lockKey)));
  const channel = bluetoothChannel();
  radio.near = names[1];
  assert.equal(await channel.chooseAmong(those), those[1]);
  assert.equal(await channel.asks(those[1]), null);
  await channel.open(those[1]);
  assert.deepEqual(radio.asked, [{ filters: names.map((name) => ({ services: [SERVICE], name })) }]);
  radio.chooses = false;
  await assert.rejects(channel.chooseAmong(those), NoLockChosen);
  radio.chooses = true;
  radio.near = "ANOTHER1";
  await assert.rejects(channel.chooseAmong(those), NoLockChosen);
});
