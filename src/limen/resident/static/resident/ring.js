// Rings on every open page of the app. The socket only says "look"; what is true comes from the service (W11).

import { Line } from "./line.js";

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("ring"));
const onCallPage = document.getElementById("call") !== null;
/** @type {string | null} */
let ringing = null;
/** @type {AudioContext | null} */
let sound = null;
/** @type {ReturnType<typeof setInterval> | undefined} */
let beat;

/** @param {{t: string, call?: {id: string, state: string, door: string} | null, door?: string}} news */
function hear(news) {
  if (news.t === "test") {
    show("test", news.door ?? "");
    return;
  }
  if (news.t !== "call") return;
  const call = news.call ?? null;
  if (call !== null && call.state === "ringing") show(call.id, call.door);
  else if (ringing !== null && ringing !== "test") hide();
}

/** @param {string} id @param {string} door */
function show(id, door) {
  if (ringing === id || onCallPage) return;
  ringing = id;
  const title = /** @type {HTMLElement} */ (document.getElementById("ring-title"));
  title.textContent = (dialog.dataset.title ?? "").replace("{door}", door);
  if (!dialog.open) dialog.showModal();
  title.focus();
  beat = setInterval(tone, 2500);
  tone();
}

function hide() {
  ringing = null;
  silence();
  dialog.close();
}

function silence() {
  clearInterval(beat);
  sound?.close().catch(() => undefined);
  sound = null;
}

/** Two soft strokes, as of a bell on a counter. */
function tone() {
  navigator.vibrate?.([200, 150, 200]);
  sound ??= new AudioContext();
  for (const [place, pitch] of [659, 523].entries()) {
    const [voice, strength] = [sound.createOscillator(), sound.createGain()];
    const begin = sound.currentTime + place * 0.35;
    voice.frequency.value = pitch;
    strength.gain.setValueAtTime(0.0001, begin);
    strength.gain.exponentialRampToValueAtTime(0.25, begin + 0.03);
    strength.gain.exponentialRampToValueAtTime(0.0001, begin + 0.9);
    voice.connect(strength).connect(sound.destination);
    voice.start(begin);
    voice.stop(begin + 1);
  }
}

dialog.addEventListener("click", async (event) => {
  const what = /** @type {HTMLElement} */ (event.target).dataset.ring;
  if (what === "silence") silence();
  if (what === "answer" && ringing === "test") {
    hide();
    document.dispatchEvent(new CustomEvent("limen:rang"));
  } else if (what === "answer") location.assign(`/home/call/${ringing}#answer`);
  if (what === "decline") {
    const id = ringing;
    hide();
    if (id !== "test") await line.ask(`/home/api/calls/${id}/decline`);
  }
});
// Esc is the safe way out: it goes on ringing for the visitor, without sound here.
dialog.addEventListener("cancel", silence);
dialog.addEventListener("close", silence);

const line = new Line({ onnews: hear });
if (!onCallPage) line.open();
