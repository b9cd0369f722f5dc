/**
 * Where a phone keeps what it carries: drawers of named things, in IndexedDB, or in memory for tests.
 *
 * What is sealed at rest is sealed with an AES key that no script can export; a copy of the files alone tells nothing.
 *
 * @typedef {{
 *   get: (drawer: string, name: string) => Promise<unknown>,
 *   all: (drawer: string) => Promise<[string, unknown][]>,
 *   count: (drawer: string) => Promise<number>,
 *   change: (changes: ReadonlyArray<Change>) => Promise<void>,
 *   keep: (drawer: string, name: string, value: unknown) => Promise<unknown>,
 *   alone: <T>(work: () => Promise<T>) => Promise<T>,
 *   close: () => void,
 * }} Storage `change` does all of it or nothing; `keep` answers with what was there before, else keeps this: two pages make one key;
 * `alone`: what is read is still true when it is written, whatever else this page or another does; never one inside another
 * @typedef {{drawer: string, name: string, put?: unknown, clear?: boolean}} Change without `put` it removes; `clear` empties the drawer first
 * @typedef {{iv: Bytes, sealed: Bytes}} Sealed
 */
/** @import { Bytes } from "./bytes.js" */

export const DRAWERS = Object.freeze(["phone", "doors", "outbox", "questions", "staged", "images"]);
const NAME = "limen-courier";
const VERSION = 2;

/** The phone has no room left for it; what was there is there. */
export class StorageFull extends Error {}

/** Nothing is kept any more: somebody has signed out of this browser. It ends nothing that goes on without: an opening under way opens. */
export class SignedOut extends StorageFull {}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error?.name === "QuotaExceededError" ? new StorageFull("no room left") : transaction.error);
  });
}

/**
 * @param {string} [whose] the person whose page it is: on a shared browser nobody holds what another person's phone holds
 * @returns {Promise<Storage>} this browser's own, kept over restarts
 */
export async function openStorage(whose = "") {
  const name = nameOf(whose);
  const opening = indexedDB.open(name, VERSION);
  opening.onupgradeneeded = () => {
    const there = opening.result.objectStoreNames;
    for (const drawer of DRAWERS) if (!there.contains(drawer)) opening.result.createObjectStore(drawer);
  };
  const database = await done(opening);
  database.onversionchange = () => database.close();
  return {
    get: (drawer, name) => done(database.transaction(drawer).objectStore(drawer).get(name)),
    all: (drawer) => everything(database.transaction(drawer).objectStore(drawer)),
    count: (drawer) => done(database.transaction(drawer).objectStore(drawer).count()),
    change: (changes) => write(database, changes),
    keep: (drawer, name, value) => writeFirst(database, { drawer, name, put: value }),
    alone: async (work) => navigator.locks.request(name, work),
    close: () => database.close(),
  };
}

/** It is gone with its name, as soon as no page holds it. @param {string} [whose] @returns {Promise<void>} */
export async function dropStorage(whose = "") {
  await done(indexedDB.deleteDatabase(nameOf(whose)));
}

/** @param {string} whose */
function nameOf(whose) {
  return whose === "" ? NAME : `${NAME} ${whose}`;
}

/** Removes whatever it is told to, and puts nothing in once somebody has left. @param {Storage} storage @param {() => Promise<boolean>} left @returns {Storage} */
export function untilLeft(storage, left) {
  return {
    ...storage,
    change: async (changes) => {
      if (changes.some(({ put }) => put !== undefined)) await stillThere(left);
      await storage.change(changes);
    },
    keep: async (drawer, name, value) => {
      await stillThere(left);
      return storage.keep(drawer, name, value);
    },
  };
}

/** @param {() => Promise<boolean>} left @throws {SignedOut} */
export async function stillThere(left) {
  if (await left()) throw new SignedOut("somebody has signed out");
}

/** @param {IDBObjectStore} store @returns {Promise<[string, unknown][]>} */
async function everything(store) {
  const [names, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
  return names.map((name, index) => [String(name), values[index]]);
}

/** @param {IDBDatabase} database @param {ReadonlyArray<Change>} changes */
async function write(database, changes) {
  if (changes.length === 0) return;
  const drawers = [...new Set(changes.map((change) => change.drawer))];
  const transaction = database.transaction(drawers, "readwrite", { durability: "strict" });
  for (const change of changes) {
    const store = transaction.objectStore(change.drawer);
    if (change.clear) store.clear();
    else if (change.put === undefined) store.delete(change.name);
    else store.put(change.put, change.name);
  }
  await committed(transaction);
}

/** @param {IDBDatabase} database @param {Change} wish @returns {Promise<unknown>} */
async function writeFirst(database, { drawer, name, put }) {
  const transaction = database.transaction(drawer, "readwrite", { durability: "strict" });
  const store = transaction.objectStore(drawer);
  const there = await done(store.get(name));
  if (there === undefined) store.put(put, name);
  await committed(transaction);
  return there ?? put;
}

/** @returns {Storage} gone with the page: for tests, and for browsers that keep nothing */
export function memoryStorage() {
  /** @type {Map<string, Map<string, unknown>>} */
  const drawers = new Map(DRAWERS.map((drawer) => [drawer, new Map()]));
  /** @param {string} drawer @returns {Map<string, unknown>} */
  const at = (drawer) => drawers.get(drawer) ?? new Map();
  /** @type {Promise<unknown>} */
  let before = Promise.resolve();
  return {
    get: async (drawer, name) => at(drawer).get(name),
    all: async (drawer) => [...at(drawer)].sort(([one], [other]) => (one < other ? -1 : 1)),
    count: async (drawer) => at(drawer).size,
    change: async (changes) => {
      for (const change of changes) {
        if (change.clear) at(change.drawer).clear();
        else if (change.put === undefined) at(change.drawer).delete(change.name);
        else at(change.drawer).set(change.name, change.put);
      }
    },
    keep: async (drawer, name, value) => {
      if (!at(drawer).has(name)) at(drawer).set(name, value);
      return at(drawer).get(name);
    },
    alone: (work) => {
      const turn = before.then(work);
      before = turn.catch(() => undefined);
      return turn;
    },
    close: () => undefined,
  };
}

/** @returns {Promise<CryptoKey>} for what lies in the drawers */
export function freshSealingKey() {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** @param {CryptoKey} key @param {Bytes} plain @param {Bytes} context what it is and where it lies @returns {Promise<Sealed>} */
export async function seal(key, plain, context) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: context }, key, plain);
  return { iv, sealed: new Uint8Array(sealed) };
}

/** @param {CryptoKey} key @param {Sealed} kept @param {Bytes} context @returns {Promise<Bytes>} */
export async function unseal(key, kept, context) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv, additionalData: context }, key, kept.sealed));
}
