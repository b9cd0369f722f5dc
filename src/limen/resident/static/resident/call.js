// One call on the resident's side: answer, talk, type, give a code, hang up (W11). Sound goes between the two browsers only.

import { Speaker } from "../web/speaker.js";
import { askMicrophone, serversOf, Talk } from "../web/talk.js";
import { showDigits, whenLeft } from "./digits.js";
import { ask, Line } from "./line.js";

const page = /** @type {HTMLElement} */ (document.getElementById("call"));
const id = page.dataset.call ?? "";
const SILENT_MS = 4000;
const ASKED_MOST = 10;

/** @type {Talk | null} */
let talk = null;
/** @type {MediaStream | null} */
let microphone = null;
/** Somebody who came here to answer may tap "Answer" as well. */
let joined = false;
let since = 0;
/** What is broken: `line` to the other browser, `theirs` or `ours` to the service. Each mends by itself, and none hides another. @type {Set<string>} */
const broken = new Set();
/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

/** @param {string} selector @returns {HTMLElement} */
function find(selector) {
  return /** @type {HTMLElement} */ (page.querySelector(selector));
}

/** @param {string} name @param {string} text */
function fill(name, text) {
  find(`[data-fill="${name}"]`).textContent = text;
}

/** @param {string} state */
function show(state) {
  if (page.dataset.state === state && !find(`[data-when="${state}"]`).hidden) return;
  page.dataset.state = state;
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll("[data-when]")))
    part.hidden = part.dataset.when !== state;
  /** @type {HTMLElement | null} */ (page.querySelector(`[data-when="${state}"] h1`))?.focus();
}

const sound = /** @type {HTMLAudioElement} */ (document.getElementById("sound"));
const speaker = new Speaker(find('[data-do="speaker"]'), sound);
const line = new Line({ onnews: hear, call: id, online: (there) => lost("ours", !there) });

/** @param {any} news */
function hear(news) {
  if (news.t === "call") look(news.call);
  else if (news.t === "text") wrote(news.text);
  else if (news.t === "offer" || news.t === "answer" || news.t === "ice") talk?.hear(news).catch(() => lost("line", true));
}

/** @param {{state: string, has_code: boolean, lost: boolean} | null} call */
async function look(call) {
  if (call === null || call.state === "ringing") return;
  if (call.has_code) codeMade("");
  if (call.state === "answered") {
    if (page.dataset.state === "ringing") show("elsewhere");
    lost("theirs", call.lost);
    return;
  }
  if (page.dataset.state === "elsewhere") return;
  const { ok, said } = await ask(`/home/api/calls/${id}`, {}, "GET");
  end(ok ? said.ending : "");
}

/** @param {string} ending */
function end(ending) {
  hangUp();
  fill("ending", ending);
  show("over");
}

function hangUp() {
  clearInterval(ticking);
  talk?.hangUp();
  talk = null;
  for (const track of microphone?.getTracks() ?? []) track.stop();
  microphone = null;
}

async function answer() {
  if (joined) return;
  joined = true;
  show("joining");
  microphone = await askMicrophone();
  find('[data-only="no-microphone"]').hidden = microphone !== null;
  // The visitor makes the offer when the call is answered; this side is ready for it before it says so.
  talk = new Talk({
    polite: false,
    servers: serversOf(page),
    send: (signal) => line.send({ ...signal }),
    onstate: (state) => {
      lost("line", state === "lost");
      if (state === "lost") line.send({ t: "again" });
    },
    onsound: (stream) => {
      sound.srcObject = stream;
      page.dataset.sound = "yes";
    },
  });
  talk.line.onnegotiationneeded = null;
  if (microphone) talk.speak(microphone);
  const { ok, signal, said } = await ask(`/home/api/calls/${id}/answer`);
  if (ok) {
    began();
    return;
  }
  hangUp();
  if (String(said.type ?? "").endsWith("answered_elsewhere")) show("elsewhere");
  else {
    fill("why", signal ? said.title : "");
    show("problem");
  }
}

function began() {
  since = Date.now();
  show("answered");
  speaker.look();
  ticking = setInterval(() => {
    const seconds = Math.round((Date.now() - since) / 1000);
    fill("length", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  }, 1000);
  askUnheard(ASKED_MOST);
}

/** Their offer or our answer may have been lost on its way: asks for it until there is sound. @param {number} times */
function askUnheard(times) {
  const asking = talk;
  setTimeout(() => {
    if (talk !== asking || !["new", "connecting"].includes(talk?.line.connectionState ?? "")) return;
    line.send({ t: "again", data: "unheard" });
    if (times > 1) askUnheard(times - 1);
  }, SILENT_MS);
}

/** @param {"line" | "theirs" | "ours"} what @param {boolean} gone */
function lost(what, gone) {
  // rule: LINK-7
  if (gone) broken.add(what);
  else broken.delete(what);
  find('[data-only="lost"]').hidden = broken.size === 0;
}

/** @param {string} text */
function wrote(text) {
  const list = find(".said-lines");
  const item = document.createElement("li");
  item.textContent = (list.dataset.wrote ?? "{text}").replace("{text}", text);
  list.append(item);
}

/** @param {string} text @returns {boolean} whether it went; else it stays to be sent again */
function type(text) {
  if (!text.trim() || !line.send({ t: "text", text })) return false;
  const item = document.createElement("li");
  item.dataset.from = "me";
  item.textContent = text;
  find(".said-lines").append(item);
  return true;
}

/** @param {string} first */
function codeMade(first) {
  find('[data-part="no-code-yet"]').hidden = true;
  find('[data-part="code-made"]').hidden = false;
  if (first) fill("first", first);
}

/** @param {{title?: string, detail?: string}} said */
function problem(said) {
  const place = find('[data-part="problem"]');
  place.textContent = [said.title, said.detail].filter(Boolean).join(" ");
  place.hidden = false;
}

async function makeCode() {
  const { ok, said } = await ask(`/home/api/calls/${id}/code`);
  if (ok) codeMade(said.first);
  else problem(said);
}

async function showCode() {
  const { ok, said } = await ask(`/home/api/calls/${id}/digits`);
  if (ok) showDigits(find('[data-fill="digits"]'), said);
  else problem(said);
}

/** @type {Record<string, (button: HTMLElement) => unknown>} */
const acts = {
  answer,
  decline: async () => end((await ask(`/home/api/calls/${id}/decline`)).said.ending ?? ""),
  hangup: async () => end((await ask(`/home/api/calls/${id}/hangup`)).said.ending ?? ""),
  code: makeCode,
  show: showCode,
  block: async () => {
    find('[data-part="blocked"]').textContent = (await ask(`/home/api/calls/${id}/block`)).said.sentence ?? "";
  },
  mute: (button) => {
    const muted = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(muted));
    for (const track of microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  },
  speaker: () => speaker.press(),
  type: (button) => {
    const part = find('[data-part="phrases"]');
    part.hidden = !part.hidden;
    button.setAttribute("aria-expanded", String(!part.hidden));
    if (!part.hidden) find("#words").focus();
  },
};

page.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do], [data-phrase]"));
  if (!button) return;
  if ("phrase" in button.dataset) type(button.textContent ?? "");
  else acts[button.dataset.do ?? ""]?.(button);
});
find('[data-part="phrases"]').addEventListener("submit", (event) => {
  event.preventDefault();
  const words = /** @type {HTMLInputElement} */ (document.getElementById("words"));
  if (type(words.value)) words.value = "";
});
whenLeft(() => find('[data-fill="digits"]').replaceChildren());

if (["ringing", "answered"].includes(page.dataset.state ?? "")) {
  const first = page.dataset.state;
  line.open().then(() => {
    if (first === "answered" || location.hash === "#answer") answer();
  });
}
