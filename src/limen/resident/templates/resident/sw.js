// Keeps the app's pages and files for when there is no signal. It never keeps what is asked of the interface, and never a code.
const PAGES = "limen-home-pages";
const FILES = "limen-home-files-{{ digest }}";
const STATIC = "{{ static }}";
const ASSETS = {{ assets|safe }};
const WITHOUT = "/home/no-signal"; // shown in place of a page that is not kept
const PATIENCE_MS = 4000;
// Pages that make no sense without the service: they are asked for afresh each time.
const NEVER = /^\/home\/(api|ws|call|calls|guests|history|consent|me\/phones|sw\.js)/;

// Held by the page that signs out (courier/whose.js): until that came back the session is good, and no page is kept.
const LEAVING = "limen-leaving";
// Counts how often everything was forgotten: what was asked for before that is not kept after it.
let forgotten = 0;

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

// Who asks is told when every one of the pages is here, or that one is missing.
addEventListener("message", (event) => {
  if (event.data?.t === "keep") event.waitUntil(keep(event.data.pages).then((all) => event.ports[0]?.postMessage({ all })));
  if (event.data?.t === "forget") {
    forgotten += 1;
    event.waitUntil(caches.delete(PAGES));
  }
});

async function leaving() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some(({ name }) => name === LEAVING);
}

async function keep(paths) {
  const since = forgotten;
  let all = true;
  for (const path of paths.slice(0, 64)) {
    if (since !== forgotten || (await leaving())) return false;
    if (typeof path !== "string" || !path.startsWith("/home/") || NEVER.test(path)) continue;
    const answer = await fetch(path, { headers: { Accept: "text/html" } }).catch(() => null);
    all = answer !== null && (await put(path, answer, since)) && all;
  }
  return all;
}

// A page that led to the sign-in is nobody's page: it is not kept, and what was kept goes.
async function put(path, answer, since) {
  const good = answer.ok && !answer.redirected;
  if (since !== forgotten || (await leaving())) return false;
  if (good) {
    const pages = await caches.open(PAGES);
    if (since === forgotten) await pages.put(path, answer.clone());
    else await caches.delete(PAGES);
  } else if (answer.redirected && new URL(answer.url).pathname.startsWith("/signin")) await caches.delete(PAGES);
  return good;
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith(STATIC)) event.respondWith(file(request));
  else if (request.mode === "navigate" && address.pathname.startsWith("/home/")) event.respondWith(page(event, address.pathname));
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
  const keeps = !NEVER.test(path);
  const since = forgotten;
  const tooLate = leaving();
  const fresh = fetch(event.request).then(async (answer) => {
    if (keeps && answer.type !== "opaqueredirect" && !(await tooLate)) await put(path, answer, since);
    return answer;
  });
  const kept = keeps && (await caches.match(path, { cacheName: PAGES, ignoreVary: true }));
  if (!kept) return fresh.catch(async () => (await caches.match(WITHOUT, { cacheName: PAGES, ignoreVary: true })) ?? Response.error());
  event.waitUntil(fresh.catch(() => undefined));
  const late = new Promise((end) => setTimeout(() => end(null), PATIENCE_MS));
  const first = await Promise.race([fresh.catch(() => null), late]);
  return first ?? kept;
}
