// The visitor's screen of a call. The page holds every sentence; this shows the one that is true.

import { Talk, askMicrophone } from "../web/talk.js";

const page = /** @type {HTMLElement} */ (document.getElementById("call"));
const { link = "", entry = "", language = "en" } = page.dataset;
const KEY = `limen-call-${link}`;
const OVER = new Set(["declined", "missed", "cancelled", "ended", "unreachable", "busy", "problem"]);

/** @type {{call: string, token: string} | null} */
let mine = null;
/** @type {MediaStream | null} */
let microphone = null;
/** @type {Talk | null} */
let talk = null;
/** @type {WebSocket | null} */
let socket = null;
let state = "asking";
let since = Date.now();

/** @param {string} name @param {string} value */
function fill(name, value) {
  for (const place of page.querySelectorAll(`[data-fill="${name}"]`)) place.textContent = value;
}

/** @param {string} name @param {boolean} shown */
function only(name, shown) {
  for (const part of page.querySelectorAll(`[data-only="${name}"]`)) /** @type {HTMLElement} */ (part).hidden = !shown;
}

/** @param {string} next */
function show(next) {
  if (next === state) return;
  state = next;
  since = Date.now();
  page.dataset.state = next;
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll("[data-when]"))) part.hidden = part.dataset.when !== next;
  const after = /** @type {HTMLElement} */ (page.querySelector("[data-part=after]"));
  after.hidden = !OVER.has(next);
  /** @type {HTMLElement | null} */ (page.querySelector(`[data-when="${next}"] h1`))?.focus();
  if (OVER.has(next)) end();
}

function end() {
  talk?.hangUp();
  talk = null;
  for (const track of microphone?.getTracks() ?? []) track.stop();
  socket?.close();
}

/** @param {any} code */
function showCode(code) {
  const part = /** @type {HTMLElement} */ (page.querySelector("[data-part=code]"));
  only("code-works", !code.over);
  only("no-code", false);
  fill("works", code.sentence);
  const digits = /** @type {HTMLElement} */ (page.querySelector('[data-fill="digits"]'));
  const spoken = (code.groups ?? []).map((/** @type {string} */ group) => group.split("").join(" ")).join(", ");
  if (!code.over && digits.dataset.spoken !== spoken) {
    digits.dataset.spoken = spoken;
    digits.replaceChildren(
      ...code.groups.map((/** @type {string} */ group) => Object.assign(document.createElement("span"), { textContent: group, ariaHidden: "true" })),
      Object.assign(document.createElement("span"), { textContent: spoken, className: "visually-hidden" }),
    );
  }
  if (part.hidden) {
    part.hidden = false;
    history.replaceState(null, "", `/v/${link}/code${location.search}`);
    /** @type {HTMLElement} */ (part.querySelector("h2")).focus();
  }
}

/** @param {any} news */
function hear(news) {
  if (news.t === "call") {
    if (news.state === "answered" && state !== "answered") startTalking();
    show(news.state);
    only("lost", Boolean(news.lost));
    if (news.code) showCode(news.code);
  } else if (news.t === "text") line(news.text, "other");
  else if (news.t === "again") talk?.line.restartIce();
  else talk?.hear(news).catch(() => only("lost", true));
}

function startTalking() {
  talk = new Talk({
    polite: true,
    send: (signal) => socket?.send(JSON.stringify(signal)),
    onstate: (line) => only("lost", line === "lost"),
    onsound: (stream) => {
      /** @type {HTMLAudioElement} */ (document.getElementById("sound")).srcObject = stream;
      page.dataset.sound = "yes";
    },
  });
  talk.speak(microphone);
}

function connect() {
  if (!mine || OVER.has(state)) return;
  socket = new WebSocket(`${location.origin.replace("http", "ws")}/v/${link}/call/${mine.call}/ws`);
  socket.onopen = () => socket?.send(JSON.stringify({ t: "hello", token: mine?.token, language }));
  socket.onmessage = ({ data }) => hear(JSON.parse(data));
  socket.onclose = ({ code }) => {
    if (code === 4404) show("ended");
    else if (!OVER.has(state)) setTimeout(connect, 1000);
  };
}

/** @param {Record<string, string>} body */
async function ask(body) {
  const path = mine ? `/v/${link}/calls/${mine.call}` : `/v/${link}/calls`;
  const options = { method: "POST", headers: { Accept: "application/json", "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${path}?lang=${language}`, options);
  return { ok: answer.ok, status: answer.status, body: await answer.json() };
}

async function begin() {
  const kept = sessionStorage.getItem(KEY);
  const resumed = kept ? JSON.parse(kept) : null;
  microphone = await askMicrophone();
  only("no-microphone", microphone === null);
  if (resumed && (resumed.entry === entry || !entry)) {
    mine = resumed;
    const { ok, body } = await ask({ token: resumed.token });
    const alive = ok && (body.state === "ringing" || body.state === "answered" || body.code);
    if (alive) {
      hear(body);
      connect();
      return;
    }
    mine = null;
  }
  if (!entry) {
    location.replace(`/v/${link}`);
    return;
  }
  const { ok, body } = await ask({ entry });
  if (!ok) {
    fill("problem", [body.title, body.detail].filter(Boolean).join(" "));
    show(String(body.type).endsWith("/busy") ? "busy" : "problem");
    return;
  }
  mine = { call: body.call, token: body.token };
  sessionStorage.setItem(KEY, JSON.stringify({ ...mine, entry }));
  hear(body);
  connect();
}

/** @param {string} text @param {"me" | "other"} from */
function line(text, from) {
  const item = Object.assign(document.createElement("li"), { textContent: text });
  item.dataset.from = from;
  page.querySelector(".said")?.append(item);
}

/** @param {string} text */
function type(text) {
  if (!text.trim()) return;
  socket?.send(JSON.stringify({ t: "text", text }));
  line(text, "me");
}

function readAloud() {
  const digits = /** @type {HTMLElement} */ (page.querySelector('[data-fill="digits"]'));
  const words = new SpeechSynthesisUtterance(digits.dataset.spoken ?? "");
  words.lang = language;
  words.rate = 0.6;
  page.dataset.read = digits.dataset.spoken ?? "";
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}

page.addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do], [data-phrase]"));
  if (button?.dataset.do === "stop" && mine) hear((await ask({ token: mine.token, do: "stop" })).body);
  if (button?.dataset.do === "again") sessionStorage.removeItem(KEY);
  if (button?.dataset.do === "read") readAloud();
  if (button?.dataset.do === "mute") {
    const muted = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(muted));
    for (const track of microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  }
  if (button && "phrase" in button.dataset) type(button.textContent ?? "");
});
page.querySelector("form[data-do=type]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = /** @type {HTMLInputElement} */ (document.getElementById("words"));
  type(words.value);
  words.value = "";
});
setInterval(async () => {
  const seconds = Math.round((Date.now() - since) / 1000);
  if (state === "ringing") fill("seconds", String(seconds));
  if (state === "answered") fill("length", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
}, 1000);
setInterval(async () => {
  // The socket tells at once; this finds out all the same when a message was lost.
  if (mine && (state === "ringing" || state === "answered" || !page.querySelector("[data-part=code]")?.hasAttribute("hidden"))) {
    const { ok, body } = await ask({ token: mine.token }).catch(() => ({ ok: false, body: {} }));
    if (ok && !OVER.has(state)) hear(body);
    else if (ok && body.code) showCode(body.code);
  }
}, 5000);
begin();
