// Keeps the app's pages and files for when there is no signal. It never keeps what is asked of the interface, and never a code.
const PAGES = "limen-home-pages";
const FILES = "limen-home-files-{{ digest }}";
const STATIC = "{{ static }}";
const ASSETS = {{ assets|safe }};
const PATIENCE_MS = 4000;
// Pages that make no sense without the service: they are asked for afresh each time.
const NEVER = /^\/home\/(api|ws|call|calls|guests|history|consent|me\/phones|sw\.js)/;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.addAll(ASSETS)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name.startsWith("limen-home-files-") && name !== FILES) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(old());
});

addEventListener("message", (event) => {
  if (event.data?.t === "keep") event.waitUntil(keep(event.data.pages));
});

async function keep(paths) {
  for (const path of paths.slice(0, 64)) {
    if (typeof path !== "string" || !path.startsWith("/home/") || NEVER.test(path)) continue;
    const answer = await fetch(path, { headers: { Accept: "text/html" } }).catch(() => null);
    if (answer !== null) await put(path, answer);
  }
}

// A page that led to the sign-in is nobody's page: it is not kept, and what was kept goes.
async function put(path, answer) {
  const pages = await caches.open(PAGES);
  if (answer.ok && !answer.redirected) await pages.put(path, answer.clone());
  else if (answer.redirected && new URL(answer.url).pathname.startsWith("/signin")) await caches.delete(PAGES);
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith(STATIC)) event.respondWith(file(request));
  else if (request.mode === "navigate" && address.pathname.startsWith("/home/") && !NEVER.test(address.pathname)) event.respondWith(page(event, address.pathname));
});

async function file(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(FILES)).put(request, answer.clone());
  return answer;
}

// The newest page where there is signal; the kept one where there is none, or where it takes longer than a person at a door waits.
async function page(event, path) {
  const fresh = fetch(event.request).then(async (answer) => {
    if (answer.type !== "opaqueredirect") await put(path, answer);
    return answer;
  });
  const kept = await caches.match(path, { cacheName: PAGES, ignoreVary: true });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => undefined));
  const late = new Promise((end) => setTimeout(() => end(null), PATIENCE_MS));
  const first = await Promise.race([fresh.catch(() => null), late]);
  return first ?? kept;
}
