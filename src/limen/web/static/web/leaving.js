// Who signs out leaves nothing behind on this browser, from whichever page: no grants, no codes, no pages (PEOPLE-7).

import { pageService } from "../courier/service.js";
import { dropStorage, openStorage } from "../courier/storage.js";
import { emptied } from "../courier/wallet.js";
import { inTime, leaves, person } from "../courier/whose.js";

const KEPT = "limen-home";
const NOTES = /^limen-(first$|who$|update-)/;
const PATIENCE_MS = 3000;

/** The kept pages, and what this browser noted: whose they are, which doors come first, where an update began. */
export async function forgetKept() {
  await each([forgetNotes(), tellWorkers(), forgetPages()]);
}

/** Everything of who is signed in here; no page fills it again. What gives no answer keeps nobody from signing out. */
export async function leave() {
  leaves();
  // The last: where earlier versions of the console kept a wallet for whoever used the browser.
  await inTime(each([forgetKept(), forgetDrawers(), dropStorage()]), PATIENCE_MS);
}

async function forgetNotes() {
  for (const name of Object.keys(localStorage)) if (NOTES.test(name)) localStorage.removeItem(name);
}

/** The worker forgets it too: it may be about to keep a page that it has asked for. */
async function tellWorkers() {
  for (const { active } of (await navigator.serviceWorker?.getRegistrations()) ?? []) active?.postMessage({ t: "forget" });
}

async function forgetPages() {
  for (const name of await caches.keys()) if (name.startsWith(KEPT)) await caches.delete(name);
}

/** Emptied first: a page that does not let go of its drawers holds up only that they themselves go. */
async function forgetDrawers() {
  await each([inTime(emptyDrawers(), PATIENCE_MS / 2)]);
  await dropStorage(person());
}

async function emptyDrawers() {
  const storage = await openStorage(person());
  try {
    const phone = /** @type {{id: string} | undefined} */ (await storage.get("phone", "registered").catch(() => undefined));
    await emptied(storage);
    // Its place among ten is free (0224). Only after its key has gone, so that the service is told the truth.
    if (phone !== undefined) await pageService(document).tell(`/home/api/phones/${phone.id}/left`, {});
  } finally {
    storage.close();
  }
}

/** Where one step fails the others are done all the same. @param {Promise<unknown>[]} steps */
async function each(steps) {
  for (const step of await Promise.allSettled(steps)) if (step.status === "rejected") console.warn(step.reason?.name);
}
