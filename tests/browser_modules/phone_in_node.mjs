// A phone for stories: the browser's courier modules, told what to do line by line on standard input. Each line and each answer is JSON.
import { createInterface } from "node:readline";
import { activate } from "../../src/limen/web/static/courier/activate.js";
import { hex } from "../../src/limen/web/static/courier/bytes.js";
import { webSocketChannel } from "../../src/limen/web/static/courier/channels/websocket.js";
import { answersReady } from "../../src/limen/web/static/courier/clockwork.js";
import { openCourier } from "../../src/limen/web/static/courier/courier.js";
import { pickWaiting } from "../../src/limen/web/static/courier/errand.js";
import { httpService, NoSignal } from "../../src/limen/web/static/courier/service.js";
import { memoryStorage, StorageFull } from "../../src/limen/web/static/courier/storage.js";
import { unlock } from "../../src/limen/web/static/courier/unlock.js";
import { update } from "../../src/limen/web/static/courier/update.js";

const [service, locks] = process.argv.slice(2);
const hand = { signal: true, room: true, asks: null, ahead_ms: 0, dropAfter: null, frames: { out: 0, in: 0 } };
const memory = memoryStorage();
const storage = { ...memory, change: inRoom };
const couriers = new Map();

/** A phone that may have no room left for anything more. */
async function inRoom(changes) {
  if (!hand.room && changes.some(({ put }) => put !== undefined)) throw new StorageFull("no room left");
  await memory.change(changes);
}

/** The network as this phone has it: there, gone, or gone after so many questions. */
function someSignal() {
  const http = httpService({ origin: service, csrf: () => "" });
  const through = async (verb, call) => {
    if (hand.asks !== null) hand.asks -= 1;
    if (!hand.signal || (hand.asks !== null && hand.asks < 0)) throw new NoSignal("in the basement");
    return http[verb](...call);
  };
  return { ask: (...call) => through("ask", call), tell: (...call) => through("tell", call) };
}

/** The air between phone and lock: it counts, and it can break off after so many frames from the phone. */
function someAir() {
  const channel = webSocketChannel(locks);
  return {
    ...channel,
    open: async (whom, signal) => {
      const link = await channel.open(whom, signal);
      const send = async (frame) => {
        hand.frames.out += 1;
        if (hand.dropAfter !== null && hand.frames.out > hand.dropAfter) link.close();
        else await link.send(frame);
      };
      const receive = async () => {
        const frame = await link.receive();
        hand.frames.in += 1;
        return frame;
      };
      return { ...link, send, receive };
    },
  };
}

async function courierOf(as) {
  const now = () => Number(process.env.NOW_MS) + hand.ahead_ms;
  if (!couriers.has(as)) couriers.set(as, await openCourier({ as, channel: someAir(), service: someSignal(), storage, now }));
  return couriers.get(as);
}

const DO = {
  hand: async (_, { do: _do, ...changes }) => Object.assign(hand, changes),
  activate: (courier, { door, sticker }) => activate({ courier, door, sticker, onstep }),
  register: async (courier) => ({ id: await courier.wallet.register("node") }),
  refresh: async (courier) => ({ signal: await courier.inbox.refresh() }),
  doors: async (courier) => ({ doors: await courier.wallet.doors(), carried: await courier.inbox.carried() }),
  images: async (courier) => {
    await courier.images.refresh();
    return { kept: (await storage.all("images")).map(([name, image]) => [name, image.length]) };
  },
  waiting: (courier) => courier.outbox.waiting(),
  handIn: (courier) => courier.outbox.handIn(),
  questions: async (courier) => ({ ready: await answersReady(courier.wallet) }),
  unlock: async (courier, { lock }) => {
    const { afterwards, ...answer } = await unlock({ courier, lock, onstep });
    return { ...answer, afterwards: await afterwards };
  },
  update: (courier, { lock, pull, stopAt }) => {
    const stop = new AbortController();
    const watch = (step) => (step.name === stopAt?.[0] && step.done === stopAt?.[1] ? stop.abort() : undefined);
    return update({ courier, lock, pull, onstep: (step) => [onstep(step), watch(step)], signal: stop.signal });
  },
  carry: async (courier) => {
    const lock = await pickWaiting(courier);
    return lock === null ? { result: "none_waits" } : update({ courier, lock, pull: false, onstep });
  },
  unlockDuringUpdate: async (courier, { lock }) => {
    let opening = null;
    const begin = (step) => {
      onstep(step);
      if (step.name === "sending" && step.done === 2) opening ??= unlock({ courier, lock, onstep });
    };
    const updated = await update({ courier, lock, pull: true, onstep: begin });
    return { updated, opened: await opening };
  },
  twoTaps: async (courier, { lock }) => {
    const answers = await Promise.all([unlock({ courier, lock }), unlock({ courier, lock })]);
    await Promise.all(answers.map(({ afterwards }) => afterwards));
    return { results: answers.map(({ result }) => result) };
  },
};

let steps = [];
function onstep(step) {
  steps.push(step);
}

for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  steps = [];
  hand.frames = { out: 0, in: 0 };
  let answer;
  try {
    answer = await DO[wish.do](await courierOf(wish.as ?? "resident"), wish);
  } catch (problem) {
    answer = { threw: problem?.constructor?.name ?? "", why: String(problem?.stack ?? problem) };
  }
  const written = (_key, value) => (value instanceof Uint8Array ? hex(value) : value);
  process.stdout.write(`${JSON.stringify({ ...answer, steps, frames: hand.frames }, written)}\n`);
}
