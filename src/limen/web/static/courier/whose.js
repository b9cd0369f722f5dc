/**
 * Whose page this is, and whether somebody has signed out of this browser meanwhile: then none of its pages keeps anything any more (PEOPLE-7).
 *
 * The mark of it names nobody. It stands from before the emptying until a page of somebody who is signed in begins. While the page that signs out is still
 * there its session may be good: what begins then is too early, and the mark stays. A sign-out that failed is over with the next page. A count stays, since
 * a page that was asleep hears of no mark that came and went.
 */

const MARK = "limen-leaving";
const COUNT = "limen-leavings";
const ON_ITS_WAY_MS = 20000;
const PATIENCE_MS = 1000;

/** What this page holds is nobody's, whoever signs in after it. */
let gone = false;
/** The count when this page began. @type {string | undefined} */
let begun;
/** @type {Promise<void>} */
let arrived = Promise.resolve();

/** `<meta name="limen-person" content="…">`; a page without it has one wallet for whoever uses the browser. */
export function person() {
  return document.querySelector('meta[name="limen-person"]')?.getAttribute("content") ?? "";
}

/** @returns {Promise<boolean>} whether somebody has signed out, on this page or another */
export async function left() {
  await arrived;
  return missed();
}

/** Also what no event told. */
function missed() {
  return gone || marked() || (begun !== undefined && noted(COUNT) !== begun);
}

/** All pages of this browser know of it from now on. */
export function leaves() {
  gone = true;
  navigator.locks?.request(MARK, onItsWay).catch(() => undefined); // before the mark: who finds the mark finds the lock taken
  try {
    localStorage.setItem(COUNT, String(Number(noted(COUNT)) + 1));
    localStorage.setItem(MARK, "yes");
  } catch {
    // Where nothing can be noted this page alone knows.
  }
}

/** Until the sign-out came back, and this page makes room; one that does not come back holds nobody up for long. */
function onItsWay() {
  return new Promise((end) => {
    addEventListener("pagehide", end);
    setTimeout(end, ON_ITS_WAY_MS);
  });
}

/**
 * A page begins.
 * @param {(over: Promise<unknown>) => unknown} [onleft] hears, on a page that names somebody, that the page is nobody's any more; `over` ends when the
 *   sign-out came back
 */
export function arrives(onleft = () => undefined) {
  begun = noted(COUNT);
  const hear = () => {
    gone = true;
    if (person() !== "") onleft(inTime(signedOut(), ON_ITS_WAY_MS).catch(() => undefined));
  };
  addEventListener("storage", ({ key, newValue }) => key === MARK && newValue !== null && hear());
  addEventListener("pageshow", ({ persisted }) => persisted && missed() && hear());
  if (person() !== "" && marked()) arrived = settle().then(() => (gone ? hear() : undefined));
}

async function signedOut() {
  await navigator.locks.request(MARK, { mode: "shared" }, () => undefined);
}

async function settle() {
  const over = async () => navigator.locks.request(MARK, { mode: "shared", ifAvailable: true }, async (lock) => lock !== null);
  if ((await inTime(over(), PATIENCE_MS).catch(() => undefined)) === false) gone = true;
  if (!gone) localStorage.removeItem(MARK);
}

function marked() {
  return noted(MARK) !== "";
}

/** @param {string} name */
function noted(name) {
  try {
    return globalThis.localStorage?.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/** @template T @param {Promise<T>} work @param {number} most_ms @returns {Promise<T | undefined>} undefined: it goes on, and nobody waits */
export function inTime(work, most_ms) {
  return Promise.race([work, new Promise((end) => setTimeout(() => end(undefined), most_ms))]);
}
