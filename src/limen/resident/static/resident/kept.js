// The pages kept for when there is no signal. They go when somebody signs out, and when this phone was removed.

export const KEPT = "limen-home";

export async function forgetPages() {
  for (const name of await caches.keys()) if (name.startsWith(KEPT)) await caches.delete(name);
}

/** Asks the service worker to keep these pages. @param {string[]} pages */
export async function keepPages(pages) {
  const worker = await navigator.serviceWorker?.ready.catch(() => null);
  worker?.active?.postMessage({ t: "keep", pages });
}
