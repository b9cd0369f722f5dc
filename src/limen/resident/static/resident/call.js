// One call on the resident's side: answer, talk, type, give a code, hang up (W11). Sound goes between the two browsers only.

import { Speaker } from "../web/speaker.js";
import { askMicrophone, serversOf, Talk } from "../web/talk.js";
import { showDigits, whenLeft } from "./digits.js";
import { answered, ask, Line, wordsOf } from "./line.js";

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
  end((await ask(`/home/api/calls/${id}`, {}, "GET")).said.ending);
}

/** @param {string} [ending] how it ended, where the service said so */
function end(ending) {
  hangUp();
  fill("ending", ending || page.dataset.ended || "");
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
  problem("");
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
  const reply = await ask(`/home/api/calls/${id}/answer`);
  if (!reply.ok) notIn(reply);
  else if (reply.said.state === "answered") began();
  else end(reply.said.ending);
}

/** Why not; where nobody has said no, it can be tried again. @param {import("./line.js").Answer} reply */
function notIn(reply) {
  hangUp();
  joined = false;
  if (String(reply.said.type ?? "").endsWith("answered_elsewhere")) {
    show("elsewhere");
    return;
  }
  fill("why", wordsOf(reply, page));
  find('[data-part="again"]').hidden = answered(reply);
  show("problem");
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
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll('[data-only="lost"]'))) part.hidden = broken.size === 0;
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

/** What was not done, why, and what to do: a button that was pressed never ends in silence. @param {string} words */
function problem(words) {
  const place = find('[data-part="problem"]');
  place.textContent = words;
  place.hidden = words === "";
}

/** One act of the resident in this call. @param {string} what @returns {Promise<any>} what the service said; null where it was not done, which the page then says */
async function act(what) {
  problem("");
  const reply = await ask(`/home/api/calls/${id}/${what}`);
  if (reply.ok) return reply.said;
  problem(wordsOf(reply, page));
  return null;
}

async function makeCode() {
  const said = await act("code");
  if (said) codeMade(said.first);
}

async function showCode() {
  const said = await act("digits");
  if (said) showDigits(find('[data-fill="digits"]'), said);
}

async function decline() {
  const said = await act("decline");
  if (said) end(said.ending);
}

/** It is over here at once. Without signal the other side learns it from our line, which must not come back then, or as soon as there is signal (LINK-7). */
async function leave() {
  problem("");
  end();
  const reply = await ask(`/home/api/calls/${id}/hangup`);
  if (reply.ok) end(reply.said.ending);
  if (reply.signal) return;
  line.close();
  problem(page.dataset.unheard ?? "");
  addEventListener("online", () => ask(`/home/api/calls/${id}/hangup`), { once: true });
}

async function block() {
  const said = await act("block");
  if (said) find('[data-part="blocked"]').textContent = said.sentence ?? "";
}

/** @type {Record<string, (button: HTMLElement) => unknown>} */
const acts = {
  answer,
  decline,
  hangup: leave,
  code: makeCode,
  show: showCode,
  block,
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
