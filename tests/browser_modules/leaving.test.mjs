// Who signs out leaves nothing, whatever the other pages of the browser are doing and whatever gives no answer. The browser is on paper.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openCourier } from "../../src/limen/web/static/courier/courier.js";
import { DRAWERS, memoryStorage } from "../../src/limen/web/static/courier/storage.js";
import { emptied } from "../../src/limen/web/static/courier/wallet.js";
import { PaperService, START_MS } from "./service.mjs";

const MARK = "limen-leaving";
const COUNT = "limen-leavings";
const ROOF = "4c4d303030313430";
const MINE = "limen-courier 0196";
let browser;

/** A globalThis with notes, kept pages, databases and locks that all its pages share; `page` runs a file as one more of them has it. */
class Browser {
  constructor() {
    Object.assign(this, {
      notes: new Map(),
      pages: new Set(),
      databases: new Map(),
      late: [],
      gone: [],
      person: "0196",
      listeners: {},
      answers: true,
      held: false,
    });
    const { notes, pages } = this;
    const listen = (kind, listener) => {
      this.listeners[kind] = [...(this.listeners[kind] ?? []), listener];
    };
    this.offer("localStorage", {
      getItem: (name) => notes.get(name) ?? null,
      setItem: (name, value) => {
        notes.set(name, value);
        Object.defineProperty(localStorage, name, { value, enumerable: true, configurable: true });
      },
      removeItem: (name) => {
        notes.delete(name);
        delete localStorage[name];
      },
    });
    for (const name of ["getItem", "setItem", "removeItem"]) Object.defineProperty(localStorage, name, { enumerable: false });
    this.offer("caches", { keys: async () => [...pages], delete: async (name) => pages.delete(name) });
    this.offer("navigator", { onLine: true, locks: { request: (...asked) => this.lock(...asked) } });
    this.offer("indexedDB", { open: (name) => this.open(name), deleteDatabase: (name) => this.drop(name) });
    const documentElement = { hidden: false };
    const finds = { querySelector: (what) => this.meta(what), getElementById: () => null, forms: [], documentElement };
    this.offer("document", { ...finds, addEventListener: listen });
    this.offer("location", { replace: (address) => this.gone.push(address) });
    this.offer("addEventListener", listen);
    this.offer("setTimeout", (end) => this.late.push(end));
  }

  offer(name, value) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }

  meta(what) {
    return what.includes("limen-person") ? { getAttribute: () => this.person } : null;
  }

  /** Somebody else holds every lock, or nobody does. */
  async lock(_name, wishes, work = wishes) {
    if (this.held && wishes.ifAvailable) return work(null);
    return this.answers ? work({}) : new Promise(() => undefined);
  }

  answer(result) {
    const request = { result };
    if (this.answers) queueMicrotask(() => request.onsuccess?.());
    return request;
  }

  open(name) {
    if (!this.databases.has(name)) this.databases.set(name, new Map());
    const kept = this.databases.get(name);
    const transaction = () => {
      const one = { objectStore: () => ({ clear: () => kept.clear(), get: (key) => this.answer(kept.get(key)) }) };
      queueMicrotask(() => one.oncomplete?.());
      return one;
    };
    return this.answer({ transaction, close: () => undefined });
  }

  drop(name) {
    if (this.answers) this.databases.delete(name);
    return this.answer(undefined);
  }

  fire(kind, event = {}) {
    return Promise.all((this.listeners[kind] ?? []).map((listener) => listener(event)));
  }

  /** Whoever waits has waited long enough. */
  timePasses() {
    for (const end of this.late.splice(0)) end();
  }
}

let pages = 0;

/** One more page's own copy of what it knows about leaving. */
function page() {
  pages += 1;
  return import(`../../src/limen/web/static/courier/whose.js?page=${pages}`);
}

const leaving = () => import("../../src/limen/web/static/web/leaving.js");
const turn = () => new Promise(setImmediate);

async function names(storage) {
  const found = [];
  for (const drawer of DRAWERS) for (const [name] of await storage.all(drawer)) found.push(`${drawer}/${name}`);
  return found;
}

/** Two pages of a browser with one wallet; the first is a registered phone. */
async function twoPages() {
  const paper = await PaperService.open();
  paper.doors = [{ lock: ROOF, cls: 1 }];
  const storage = memoryStorage();
  let gone = false;
  const wishes = { as: "resident", channel: null, service: paper.service, storage, now: () => START_MS, left: async () => gone };
  const [one, other] = [await openCourier(wishes), await openCourier(wishes)];
  await one.wallet.register("Chrome");
  await one.inbox.refresh();
  const leave = async () => {
    gone = true;
    await emptied(storage);
    paper.asked.length = 0;
  };
  return { paper, storage, other, leave, wishes };
}

beforeEach(() => {
  browser = new Browser();
});

test("Between the emptying and the sign-out no other page registers this browser again, or keeps what doors it has.", async () => {
  // rule: PEOPLE-7
  const { paper, storage, other, leave, wishes } = await twoPages();
  await leave();
  await assert.rejects(other.wallet.register("Chrome"), { message: "somebody has signed out" });
  await assert.rejects(other.wallet.sealingKey(), { message: "somebody has signed out" });
  await assert.rejects(openCourier({ ...wishes, as: "manager" }), { message: "somebody has signed out" });
  assert.deepEqual(await names(storage), []);
  assert.deepEqual(paper.asked, [], "the service hears of no new phone");
});

test("An update that goes on after somebody has signed out leaves no record of a door.", async () => {
  // rule: PEOPLE-7
  const { storage, other, leave } = await twoPages();
  await leave();
  await assert.rejects(other.outbox.put("segment", ROOF, new Uint8Array(10)), { message: "somebody has signed out" });
  assert.deepEqual(await names(storage), []);
});

test("An answer that was asked for before the emptying is kept by nobody who has left, and what is there may still go.", async () => {
  // rule: PEOPLE-7
  const { storage, other, wishes } = await twoPages();
  const before = await names(storage);
  const gone = await openCourier({ ...wishes, left: async () => browser.held });
  browser.held = true;
  await assert.rejects(gone.inbox.refresh(), { message: "somebody has signed out" });
  assert.deepEqual(await names(storage), before);
  await gone.wallet.empty();
  assert.deepEqual(await names(storage), []);
  assert.equal(await other.wallet.register("Chrome"), "phone-1", "a page of who is still there goes on");
});

test("All pages know that one signs out; a page of who is signed in afterwards is free of it, those from before are not.", async () => {
  // rule: PEOPLE-7
  const [one, other] = [await page(), await page()];
  other.arrives();
  one.leaves();
  assert.equal(await other.left(), true);
  await browser.fire("storage", { key: MARK, newValue: "yes" });
  const next = await page();
  next.arrives();
  assert.equal(await next.left(), false, "also when the sign-out had failed");
  assert.equal(browser.notes.has(MARK), false);
  assert.deepEqual([await one.left(), await other.left()], [true, true]);
});

test("A page that comes while the sign-out is on its way keeps nothing; the one after it does.", async () => {
  // rule: PEOPLE-7
  (await page()).leaves();
  browser.held = true;
  const early = await page();
  early.arrives();
  assert.equal(await early.left(), true);
  browser.held = false;
  const next = await page();
  next.arrives();
  assert.equal(await next.left(), false);
  assert.equal(await early.left(), true);
});

test("A page that signs out holds the others up until it makes room, or for some seconds where nothing comes back.", async () => {
  for (const over of [() => browser.fire("pagehide"), () => browser.timePasses()]) {
    let held = null;
    navigator.locks.request = (_name, work) => {
      held = true;
      return work({}).then(() => {
        held = false;
      });
    };
    (await page()).leaves();
    await turn();
    assert.equal(held, true);
    await over();
    await turn();
    assert.equal(held, false);
  }
});

test("A page from before shows nothing from then on, and goes to the sign-in when the session is over.", async () => {
  // rule: PEOPLE-7
  await import("../../src/limen/web/static/web/arriving.js?hears");
  let end = () => undefined;
  navigator.locks.request = (_name, _wishes, work) => new Promise((resolve) => (end = () => resolve(work({}))));
  await browser.fire("storage", { key: "limen-first", newValue: "x" });
  await browser.fire("storage", { key: MARK, newValue: null });
  assert.equal(document.documentElement.hidden, false);
  browser.fire("storage", { key: MARK, newValue: "yes" });
  await turn();
  assert.deepEqual([document.documentElement.hidden, browser.gone], [true, []]);
  end();
  await turn();
  assert.deepEqual(browser.gone, ["/signin"]);
});

test("A page that comes while the sign-out is on its way leaves too, also where nothing ever comes back.", async () => {
  // rule: PEOPLE-7
  (await page()).leaves();
  browser.held = true;
  const early = await page();
  const told = [];
  early.arrives((over) => told.push(over));
  await early.left();
  browser.answers = false;
  assert.equal(told.length, 1);
  browser.timePasses();
  await told[0];
});

test("A page that was asleep leaves when it is shown again, although the mark is gone and somebody else is here.", async () => {
  // rule: PEOPLE-7
  const told = [];
  const asleep = await page();
  asleep.arrives(() => told.push("asleep"));
  await browser.fire("pageshow", { persisted: true });
  assert.deepEqual([told, await asleep.left()], [[], false]);
  (await page()).leaves();
  const next = await page();
  next.arrives(() => told.push("next"));
  assert.equal(await next.left(), false);
  assert.equal(browser.notes.has(MARK), false);
  assert.equal(await asleep.left(), true, "before it hears of anything");
  await browser.fire("pageshow", { persisted: false });
  assert.deepEqual(told, []);
  await browser.fire("pageshow", { persisted: true });
  assert.deepEqual(told, ["asleep"]);
});

test("A page that names nobody stays where it is.", async () => {
  browser.person = "";
  const told = [];
  const nobody = await page();
  nobody.arrives(() => told.push("left"));
  (await page()).leaves();
  await browser.fire("storage", { key: MARK, newValue: "yes" });
  await browser.fire("pageshow", { persisted: true });
  assert.deepEqual([told, await nobody.left()], [[], true]);
});

test("Who finds the mark finds the lock taken.", async () => {
  const order = [];
  navigator.locks.request = async () => order.push("lock", browser.notes.has(MARK));
  (await page()).leaves();
  assert.deepEqual(order, ["lock", false]);
  assert.equal(browser.notes.has(MARK), true);
});

test("The page of the sign-in frees nobody, and a browser that gives no answer about it locks nobody out.", async () => {
  (await page()).leaves();
  browser.person = "";
  const nobody = await page();
  nobody.arrives();
  assert.equal(await nobody.left(), true);
  browser.person = "0196";
  browser.answers = false;
  const next = await page();
  next.arrives();
  await turn();
  browser.timePasses();
  assert.equal(await next.left(), false);
});

test("Nothing that names somebody stays: no database, no page, no note.", async () => {
  // rule: PEOPLE-7
  for (const name of ["limen-who", "limen-first", `limen-update-${ROOF}`, "limen-ahead-ms"]) localStorage.setItem(name, "x");
  browser.pages.add("limen-home-pages").add("limen-home-files-1");
  for (const name of ["limen-courier", MINE, "limen-courier 0197"]) browser.open(name);
  await (await leaving()).leave();
  assert.deepEqual([...browser.notes.keys()], ["limen-ahead-ms", COUNT, MARK]);
  assert.deepEqual([...browser.pages], []);
  assert.deepEqual([...browser.databases.keys()], ["limen-courier 0197"], "other people's stay");
});

test("The service hears that a phone has left once its key is gone, and no sign-out waits for its answer or fails for want of one.", async () => {
  // rule: PEOPLE-7
  const told = [];
  document.location = { origin: "https://door.example" };
  for (const answer of [async () => new Response("{}"), async () => Promise.reject(new TypeError("no network"))]) {
    browser.open(MINE);
    browser.databases.get(MINE).set("registered", { id: "p1", name: "Chrome" });
    browser.offer("fetch", async (address) => {
      told.push([address, browser.databases.get(MINE)?.size]);
      return answer();
    });
    await (await leaving()).leave();
    assert.deepEqual([...browser.databases.keys()], []);
  }
  assert.deepEqual(told, [
    ["https://door.example/home/api/phones/p1/left", 0],
    ["https://door.example/home/api/phones/p1/left", 0],
  ]);
});

test("Where one step breaks the others are done: without a database that opens no page is left.", async () => {
  // rule: PEOPLE-7
  browser.pages.add("limen-home-pages");
  browser.open(MINE);
  localStorage.setItem("limen-first", "x");
  indexedDB.open = () => {
    throw new DOMException("broken", "UnknownError");
  };
  await (await leaving()).leave();
  assert.deepEqual([...browser.pages], []);
  assert.equal(browser.notes.has("limen-first"), false);
  assert.equal(browser.databases.has(MINE), false);
});

test("A browser that gives no answer keeps nobody from signing out.", async () => {
  browser.answers = false;
  browser.pages.add("limen-home-pages");
  let ended = false;
  const left = (await leaving()).leave().then(() => {
    ended = true;
  });
  await turn();
  assert.equal(ended, false);
  browser.timePasses();
  await left;
  assert.deepEqual([...browser.pages], []);
});

test("The form that signs out goes after the emptying, and a page that came back from a sign-out that failed empties again.", async () => {
  // rule: PEOPLE-7
  let sent = 0;
  const form = { dataset: {}, method: "post", matches: (what) => what === "[data-sign-out]", submit: () => sent++ };
  document.forms = [form];
  const submit = async () => {
    const event = { target: form, defaultPrevented: false, preventDefault: () => (event.defaultPrevented = true) };
    await browser.fire("submit", event);
    return event.defaultPrevented;
  };
  await import("../../src/limen/web/static/web/page.js");
  for (const times of [1, 2]) {
    localStorage.setItem("limen-first", "x");
    browser.open(MINE);
    assert.equal(await submit(), true, "it does not go by itself");
    assert.equal(sent, times);
    assert.equal(browser.notes.has("limen-first"), false);
    assert.equal(browser.databases.has(MINE), false);
    await browser.fire("pageshow");
  }
});
