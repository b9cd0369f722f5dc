// The visitor's screen of a call. The page holds every sentence; this shows the one that is true.

import { askMicrophone, serversOf, Talk } from "../web/talk.js";
import { Louder } from "./louder.js";

const page = /** @type {HTMLElement} */ (document.getElementById("call"));
const { link = "", entry = "", listed = "", language = "en" } = page.dataset;
const KEY = `limen-call-${link}`;
const OPEN = new Set(["ringing", "answered", "lost"]);
const OVER = new Set(["declined", "missed", "cancelled", "ended", "unreachable", "busy", "replaced", "off", "problem"]);
/** Refusals that have a screen of their own. @type {Record<string, string>} */
const REFUSED = { busy: "busy", calls_off: "off" };
const louder = new Louder(/** @type {HTMLAudioElement} */ (document.getElementById("sound")));
const FORGIVEN_S = 20;
const LOOKS_EVERY_MS = 5000;
const PATIENCE_MS = 4000;
const START_MS = 20_000;

/** @typedef {{call: string, token: string, entry: string}} Mine */

/** @type {Mine | null} */
let mine = null;
/** @type {MediaStream | null} */
let microphone = null;
/** @type {Promise<void>} */
let asked = Promise.resolve();
/** @type {Talk | null} */
let talk = null;
/** @type {WebSocket | null} */
let socket = null;
let state = "asking";
let since = Date.now();
let lostSince = 0;
let theirsLost = false;
let unanswered = false;

/** @param {string} name @param {string} value */
function fill(name, value) {
  for (const place of page.querySelectorAll(`[data-fill="${name}"]`)) if (place.textContent !== value) place.textContent = value;
}

/** @param {string} name @param {boolean} shown */
function only(name, shown) {
  for (const part of page.querySelectorAll(`[data-only="${name}"]`)) /** @type {HTMLElement} */ (part).hidden = !shown;
}

/** @param {string} name @returns {HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (page.querySelector(`[data-part="${name}"]`));

/** @param {string} next */
function show(next) {
  if (next === state) return;
  state = next;
  page.dataset.state = next;
  /** @type {HTMLElement | null} */
  let heading = null;
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll("[data-when]"))) {
    one.hidden = !one.dataset.when?.split(" ").includes(next);
    if (!one.hidden && !one.contains(document.activeElement)) heading ??= one.querySelector("h1");
  }
  only("rings", next === "ringing");
  only("may-call", next !== "replaced" && next !== "off");
  part("after").hidden = !OVER.has(next);
  heading?.focus();
  if (OVER.has(next)) end();
}

function end() {
  talk?.hangUp();
  talk = null;
  louder.press(false);
  for (const track of microphone?.getTracks() ?? []) track.stop();
  socket?.close();
}

/** @param {any} code */
function showCode(code) {
  const box = part("code");
  only("code-works", !code.over);
  only("no-code", false);
  fill("works", code.sentence);
  box.dataset.over = code.over ? "yes" : "no";
  const digits = /** @type {HTMLElement} */ (page.querySelector('[data-fill="digits"]'));
  const spoken = (code.groups ?? []).map((/** @type {string} */ group) => group.split("").join(" ")).join(", ");
  if (!code.over && digits.dataset.spoken !== spoken) {
    digits.dataset.spoken = spoken;
    digits.replaceChildren(
      ...code.groups.map((/** @type {string} */ group) =>
        Object.assign(document.createElement("span"), { textContent: group, ariaHidden: "true" }),
      ),
      Object.assign(document.createElement("span"), { textContent: spoken, className: "visually-hidden" }),
    );
  }
  // What this screen already shows stays on it; who comes back too late is told no digits any more.
  const shown = Boolean(digits.dataset.spoken);
  digits.hidden = !shown;
  for (const name of ["read", "larger"]) /** @type {HTMLElement} */ (box.querySelector(`[data-do="${name}"]`)).hidden = !shown;
  if (!box.hidden) return;
  box.hidden = false;
  history.replaceState(null, "", `/v/${link}/code${location.search}`);
  /** @type {HTMLElement} */ (box.querySelector("h2")).focus();
}

/** @param {any} news */
function hear(news) {
  if (news.t === "text") line(news.text, "other");
  else if (news.t === "again" && news.data === "unheard") talk?.repeat();
  else if (news.t === "again") talk?.again();
  else if (news.t === "call") become(news);
  else if (news.t === "offer" || news.t === "answer" || news.t === "ice") talk?.hear(news).catch(() => only("no-sound", true));
}

/** @param {any} call */
function become(call) {
  if (OVER.has(state) && state !== call.state) {
    if (call.code) showCode(call.code);
    return;
  }
  if (call.name) fill("name", call.name);
  since = Date.now() - 1000 * call.seconds;
  theirsLost = Boolean(call.lost);
  if (call.state === "answered" && !talk) startTalking();
  if (call.state !== "answered") lostSince = 0;
  if (call.state === "answered") judgeLine();
  else show(call.state);
  if (call.code) showCode(call.code);
}

/** Lost: this screen has no socket, the service does not answer it, or says that the other one is gone. */
function judgeLine() {
  if (!mine || !talk) return;
  const lost = theirsLost || unanswered || !navigator.onLine || socket?.readyState !== WebSocket.OPEN;
  if (!lost) lostSince = 0;
  else if (!lostSince) lostSince = Date.now();
  const seconds = lost ? Math.round((Date.now() - lostSince) / 1000) : 0;
  fill("left", String(Math.max(0, FORGIVEN_S - seconds)));
  if (seconds >= FORGIVEN_S) show("ended");
  else if (!lost) show("answered");
  else if (seconds >= 2) show("lost"); // a socket that comes back at once is not worth a word
}

function startTalking() {
  talk = new Talk({
    polite: true,
    servers: serversOf(page),
    send: (signal) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(signal));
    },
    onstate: (line) => {
      only("no-sound", line === "lost");
      page.dataset.line = line;
    },
    onsound: (stream) => {
      louder.hear(stream);
      only("sound", true);
      page.dataset.sound = "yes";
    },
  });
  const mineNow = talk;
  asked.then(() => talk === mineNow && mineNow.speak(microphone));
}

function connect() {
  if (!mine || OVER.has(state)) return;
  const ours = new WebSocket(`${location.origin.replace("http", "ws")}/v/${link}/call/${mine.call}/ws`);
  socket = ours;
  ours.onopen = () => {
    ours.send(JSON.stringify({ t: "hello", token: mine?.token, language }));
    talk?.mend();
  };
  ours.onmessage = ({ data }) => {
    unanswered = false;
    hear(JSON.parse(data));
  };
  ours.onclose = ({ code }) => {
    if (code === 4404) show("ended");
    else if (!OVER.has(state)) setTimeout(connect, 1000);
    judgeLine();
  };
}

/** @param {Record<string, string>} body @param {AbortSignal} [signal] */
async function ask(body, signal) {
  const path = mine ? `/v/${link}/calls/${mine.call}` : `/v/${link}/calls`;
  const options = {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...(signal ? { signal } : { keepalive: true }), // the end is told also by a page that goes
  };
  const answer = await fetch(`${path}?lang=${language}`, options);
  return { ok: answer.ok, body: await answer.json() };
}

/** The call this tab made before, if the page was loaded again. @returns {Mine | null} */
function kept() {
  const found = sessionStorage.getItem(KEY);
  const resumed = found ? JSON.parse(found) : null;
  return resumed && (resumed.entry === entry || !entry) ? resumed : null;
}

async function begin() {
  mine = kept();
  if (mine) {
    const answer = await asking({ token: mine.token });
    if (answer === null) return;
    if (answer.ok) {
      // Loaded again, also after its end: a reload never rings anybody.
      if (OPEN.has(answer.body.state) && !OVER.has(state)) askForMicrophone();
      hear(answer.body);
      connect();
      return;
    }
    mine = null;
  }
  if (!listed) show("unreachable");
  else if (!OVER.has(state)) await call();
}

async function call() {
  askForMicrophone();
  const answer = await asking({ entry });
  if (answer === null) return;
  const { ok, body } = answer;
  if (!ok) {
    if (OVER.has(state)) return;
    fill("problem", body.title || page.dataset.unknown || "");
    show(REFUSED[String(body.type).split("/").at(-1) ?? ""] ?? "problem");
    return;
  }
  mine = { call: body.call, token: body.token, entry };
  sessionStorage.setItem(KEY, JSON.stringify(mine));
  if (OVER.has(state)) {
    await tellStopped();
    return;
  }
  hear(body);
  connect();
}

/** Before there is a call; that there was no answer is said, unless it was stopped meanwhile. @param {Record<string, string>} body */
async function asking(body) {
  const answer = await ask(body, AbortSignal.timeout(START_MS)).catch(() => null);
  if (answer === null && !OVER.has(state)) {
    fill("problem", (navigator.onLine ? page.dataset.unknown : page.dataset.nosignal) ?? "");
    show("problem");
  }
  return answer;
}

function askForMicrophone() {
  asked = askMicrophone().then((given) => {
    microphone = given;
    only("asks-microphone", false);
    only("no-microphone", given === null);
    if (given === null) /** @type {HTMLDetailsElement} */ (part("typing")).open = true;
    if (OVER.has(state)) for (const track of given?.getTracks() ?? []) track.stop();
  });
}

/** @param {string} text @param {"me" | "other"} from */
function line(text, from) {
  const item = Object.assign(document.createElement("li"), { textContent: text });
  item.dataset.from = from;
  page.querySelector(".said")?.append(item);
}

/** @param {string} text @returns {boolean} whether it went; else it stays to be sent again */
function type(text) {
  if (!text.trim() || socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify({ t: "text", text }));
  line(text, "me");
  return true;
}

function readAloud() {
  const spoken = /** @type {HTMLElement} */ (page.querySelector('[data-fill="digits"]')).dataset.spoken ?? "";
  page.dataset.read = spoken;
  if (!("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(spoken);
  words.lang = language;
  words.rate = 0.6;
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}

/** @param {HTMLElement} button @returns {boolean} */
function toggled(button) {
  const pressed = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(pressed));
  return pressed;
}

/** @type {Record<string, (button: HTMLElement) => unknown>} */
const ACTS = {
  stop: stop,
  again: () => sessionStorage.removeItem(KEY),
  names: () => sessionStorage.removeItem(KEY),
  read: readAloud,
  larger: (button) => part("code").toggleAttribute("data-larger", toggled(button)),
  louder: (button) => louder.press(toggled(button)),
  mute: (button) => {
    const muted = toggled(button);
    for (const track of microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  },
};

/** It is over on this screen at once, whether or not there is a call yet, and with signal or without. */
async function stop() {
  show(state === "answered" || state === "lost" ? "ended" : "cancelled");
  await tellStopped();
}

/** Without signal the service ends it by itself, because this page's line is gone (LINK-7). */
async function tellStopped() {
  const answer = mine && (await ask({ token: mine.token, do: "stop" }).catch(() => null));
  if (answer?.ok) hear(answer.body);
}

page.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do], [data-phrase]"));
  if (button?.dataset.do && button.tagName !== "FORM") ACTS[button.dataset.do]?.(button);
  if (button && "phrase" in button.dataset) type(button.textContent ?? "");
});
page.querySelector("form[data-do=type]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = /** @type {HTMLInputElement} */ (document.getElementById("words"));
  if (type(words.value)) words.value = "";
});
addEventListener("offline", () => socket?.close()); // so that the other side is told at once
setInterval(() => {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  if (state === "ringing") fill("seconds", String(seconds));
  if (state === "answered") fill("length", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  if (state === "answered" || state === "lost") judgeLine();
}, 1000);
setInterval(async () => {
  // The socket tells at once; this finds out all the same when a message was lost, when the network is without a word, and when a code is too old.
  if (!mine || !(OPEN.has(state) || !part("code").hidden)) return;
  const answer = await ask({ token: mine.token }, AbortSignal.timeout(PATIENCE_MS)).catch(() => null);
  unanswered = answer === null;
  if (answer?.ok) hear(answer.body);
}, LOOKS_EVERY_MS);
begin();
