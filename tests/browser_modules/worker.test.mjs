// The service worker as the page's own file has it, with caches and a network on paper.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const SOURCE = new URL("../../src/limen/resident/templates/resident/sw.js", import.meta.url);

/** `locks`: names of the locks that pages hold. */
async function worker(fetching, locks = []) {
  const kept = new Map();
  const opened = (name) => {
    if (!kept.has(name)) kept.set(name, new Map());
    const pages = kept.get(name);
    return { put: async (path, answer) => pages.set(path, answer), addAll: async () => undefined };
  };
  const caches = {
    open: async (name) => opened(name),
    delete: async (name) => kept.delete(name),
    keys: async () => [...kept.keys()],
    match: async (path, { cacheName }) => kept.get(cacheName)?.get(path),
  };
  const listeners = {};
  const navigator = { locks: { query: async () => ({ held: locks.map((name) => ({ name })) }) } };
  const world = { caches, navigator, fetch: fetching, URL, Promise, setTimeout, location: { origin: "https://limen.test" }, console };
  world.addEventListener = (kind, listener) => {
    listeners[kind] = listener;
  };
  const text = (await readFile(SOURCE, "utf8")).replace("{{ assets|safe }}", "[]").replace("{{ static }}", "/static/");
  vm.runInNewContext(text.replace("{{ digest }}", "1"), world);
  const tell = (data) => {
    const waits = [];
    const said = [];
    listeners.message({ data, ports: [{ postMessage: (answer) => said.push(answer) }], waitUntil: (work) => waits.push(work) });
    return Promise.all(waits).then(() => said);
  };
  const visit = (path) => {
    let answer = null;
    const request = { url: `https://limen.test${path}`, method: "GET", mode: "navigate" };
    listeners.fetch({ request, waitUntil: () => undefined, respondWith: (given) => (answer = given) });
    return answer;
  };
  return { visit, kept: () => [...(kept.get("limen-home-pages")?.keys() ?? [])], tell };
}

const page = () => {
  const answer = { ok: true, redirected: false, url: "https://limen.test/home/", clone: () => answer };
  return answer;
};

test("Pages that were asked for are kept for when there is no signal.", async () => {
  const { tell, kept } = await worker(async () => page());
  const [{ all }] = await tell({ t: "keep", pages: ["/home/", "/home/codes", "/c/doors"] });
  assert.equal(all, true);
  assert.deepEqual(kept(), ["/home/", "/home/codes"]);
});

test("After everything was forgotten no page is kept that was asked for before.", async () => {
  // rule: PEOPLE-7
  let arrive = () => undefined;
  const asked = [];
  const { tell, kept } = await worker((path) => {
    asked.push(path);
    return asked.length === 1 ? Promise.resolve(page()) : new Promise((resolve) => (arrive = () => resolve(page())));
  });
  const keeping = tell({ t: "keep", pages: ["/home/", "/home/codes", "/home/carry"] });
  while (asked.length < 2) await new Promise(setImmediate);
  assert.deepEqual(kept(), ["/home/"]);
  await tell({ t: "forget" });
  arrive();
  const [{ all }] = await keeping;
  assert.equal(all, false);
  assert.deepEqual(kept(), []);
  assert.deepEqual(asked, ["/home/", "/home/codes"]);
});

test("A page that somebody opens is kept, and none that is asked for while a sign-out is on its way.", async () => {
  // rule: PEOPLE-7
  const locks = [];
  let arrive = () => undefined;
  const { visit, tell, kept } = await worker(() => new Promise((resolve) => (arrive = () => resolve(page()))), locks);
  const opening = visit("/home/");
  await new Promise(setImmediate);
  arrive();
  assert.equal((await opening).ok, true);
  assert.deepEqual(kept(), ["/home/"]);
  await tell({ t: "forget" });
  locks.push("limen-leaving");
  const early = visit("/home/codes");
  const [{ all }] = await tell({ t: "keep", pages: ["/home/carry"] });
  assert.equal(all, false);
  await new Promise(setImmediate);
  locks.pop();
  arrive();
  assert.equal((await early).ok, true, "it is shown all the same");
  assert.deepEqual(kept(), []);
});
