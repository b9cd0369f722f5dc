// A lock one can touch: hands go in, what an eye would see comes out. Nothing here decides anything.

const face = /** @type {HTMLElement} */ (document.getElementById("face"));
const lens = /** @type {HTMLElement} */ (document.getElementById("lens"));
const words = /** @type {HTMLElement} */ (document.getElementById("words"));
const texts = /** @type {HTMLElement} */ (document.getElementById("texts")).dataset;
/** @type {Record<string, string>} */
const sayings = JSON.parse(document.getElementById("sayings")?.textContent ?? "{}");
const OURS_EVERY_MS = 4000;
const LIT_MS = 250;
const KEPT_AT_MOST = 20;
/** @type {WebSocket | null} */
let lock = null;
/** Touches from before the line to the lock stood; a hand is quicker than a socket. @type {Record<string, unknown>[]} */
let early = [];

/** @param {string} id @param {string} text */
function put(id, text) {
  const place = document.getElementById(id);
  if (place && place.textContent !== text) place.textContent = text;
}

/** @param {string | undefined} pattern @param {Record<string, unknown>} values */
function fill(pattern, values) {
  return (pattern ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "?"));
}

/** A lock's sentence in the reader's language; one that nobody knows stays as it is. @param {string} sentence */
function say(sentence) {
  const numbers = sentence.match(/\d+/g) ?? [];
  const known = sayings[sentence.replace(/\d+/g, "{n}")];
  return known === undefined ? sentence : known.replace(/\{n\}/g, () => numbers.shift() ?? "");
}

/** @param {string} name @param {boolean} there */
function part(name, there) {
  for (const one of document.querySelectorAll(`[data-needs="${name}"]`)) /** @type {HTMLElement} */ (one).hidden = !there;
  for (const one of document.querySelectorAll(`[data-lacks="${name}"]`)) /** @type {HTMLElement} */ (one).hidden = there;
}

/** @param {string} act @param {boolean} pressed */
function press(act, pressed) {
  face.querySelector(`[data-do="${act}"]`)?.setAttribute("aria-pressed", String(pressed));
}

/** @param {any} view */
function show(view) {
  lens.dataset.state = view.lens.state;
  speak(view.lens);
  showHolds(view.holds, view.model);
  showModel(view.model);
  showCards(view.cards ?? []);
  showHappened(view.happened ?? []);
  put("sticker", view.sticker ?? "");
  put("cover", view.cover ?? "");
  /** @type {HTMLElement} */ (document.getElementById("uncovered")).hidden = !view.cover;
  press("walk_away", Boolean(view.away));
  press("lose_signal", Boolean(view.no_signal));
  /** @type {HTMLElement} */ (document.getElementById("signal-lost")).hidden = !view.no_signal;
  press("bolt_inside", Boolean(view.bolt_thrown));
  press("door", Boolean(view.door_open));
  /** @type {HTMLElement} */ (document.getElementById("passage")).hidden = !view.passage;
  /** @type {HTMLElement} */ (document.getElementById("reach")).hidden = !view.away;
}

/** What the lens says is read aloud once, when it changes. @param {{state: string, words: string, seconds: number}} said */
function speak(said) {
  const sentence = say(said.words);
  if (words.dataset.said !== said.words || words.textContent === "") {
    words.dataset.said = said.words;
    words.textContent = sentence;
  }
}

/** @param {any} holds @param {any} model */
function showHolds(holds, model) {
  put("list", holds.list === null || holds.list === undefined ? (texts.nolist ?? "") : String(holds.list));
  const clock = texts[holds.clock] ?? holds.clock;
  put("time", holds.clock_error_s === null ? clock : fill(texts.within, { clock, s: Math.round(holds.clock_error_s) }));
  const wait = holds.wait_ms ? `, ${fill(texts.wait, { s: Math.ceil(holds.wait_ms / 1000) })}` : "";
  put("tries", fill(texts.of, { left: holds.tries_left, max: holds.tries_max }) + wait);
  put("record", fill(texts.events, { n: holds.record, lost: holds.lost }));
  const full = model.power === "wired" ? texts.mains : fill(texts.battery, { percent: holds.battery });
  put("power", (holds.power === false ? texts.nopower : full) ?? "");
}

/** @param {any} model */
function showModel(model) {
  const wired = model.power === "wired";
  part("keypad", model.keypad);
  part("nfc", model.nfc);
  part("cylinder", model.cylinder);
  part("jumpstart", model.jumpstart);
  part("privacy", model.privacy_deadbolt);
  part("door", model.door_sensor);
  part("connected", model.connected);
  part("wired", wired);
  part("batteries", !wired);
}

/** @param {{id: string, name: string}[]} cards */
function showCards(cards) {
  const list = /** @type {HTMLSelectElement} */ (document.getElementById("card"));
  const held = [...list.options].map((one) => one.value).join();
  if (held !== cards.map((one) => one.id).join()) list.replaceChildren(...cards.map((one) => new Option(say(one.name), one.id)));
}

/** @param {{at: string, words: string}[]} lines */
function showHappened(lines) {
  const list = /** @type {HTMLElement} */ (document.getElementById("happened"));
  const rows = lines.map(({ at, words }) => {
    const row = document.createElement("li");
    const time = Object.assign(document.createElement("span"), { textContent: at, className: "at" });
    row.append(time, " ", say(words));
    return row;
  });
  list.replaceChildren(...rows);
  /** @type {HTMLElement} */ (document.getElementById("nothing")).hidden = rows.length > 0;
}

function connect() {
  lock = new WebSocket(`${location.origin.replace("http", "ws")}/bench/face/${face.dataset.serial}`);
  lock.onopen = () => early.splice(0).forEach(act);
  lock.onmessage = ({ data }) => {
    const view = JSON.parse(data);
    if (view.t !== "view") return;
    delete face.dataset.away;
    show(view);
  };
  lock.onclose = () => {
    early = [];
    face.dataset.away = "yes";
    lens.dataset.state = "asleep";
    words.dataset.said = "";
    words.textContent = face.dataset.lost ?? "";
    setTimeout(connect, 1500);
  };
}

/** @param {Record<string, unknown>} what */
function act(what) {
  if (lock?.readyState === WebSocket.OPEN) lock.send(JSON.stringify(what));
  else if (lock?.readyState === WebSocket.CONNECTING && early.length < KEPT_AT_MOST) early.push(what);
}

/** @param {string} digit */
function type(digit) {
  act({ do: "digit", digit: Number(digit) });
  light(lens.querySelector(`[data-digit="${digit}"]`));
}

function check() {
  act({ do: "check" });
  light(lens.querySelector('[data-do="check"]'));
}

/** @param {Element | null} key */
function light(key) {
  if (!(key instanceof HTMLElement)) return;
  key.dataset.lit = "";
  setTimeout(() => delete key.dataset.lit, LIT_MS);
}

/** @param {string} ms */
async function passTime(ms) {
  const answer = await fetch("/demo/clock", { method: "POST", body: JSON.stringify({ ms: Number(ms) }) });
  put("clock", (await answer.json()).said);
}

/** Yesterday's copy in place of today, and what the service says about it. */
async function restart() {
  const button = /** @type {HTMLButtonElement} */ (document.getElementById("restart"));
  const place = /** @type {HTMLElement} */ (document.getElementById("restarted"));
  button.disabled = true;
  place.hidden = true;
  put("fault", texts.restarting ?? "");
  const answer = await fetch("/demo/yesterday", { method: "POST", headers: { Accept: "application/json" } });
  const said = await answer.json();
  button.disabled = false;
  put("fault", answer.ok ? "" : [said.title, said.detail].filter(Boolean).join(" "));
  if (!answer.ok) return;
  put("restarted-said", said.said);
  for (const part of ["done", "missing", "next"]) list(`restarted-${part}`, said[part]);
  /** @type {HTMLElement} */ (document.getElementById("restarted-lacks")).hidden = said.missing.length === 0;
  place.hidden = false;
  document.getElementById("restarted-said")?.focus();
  look();
}

/** @param {string} id @param {string[]} sentences */
function list(id, sentences) {
  const rows = sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence }));
  document.getElementById(id)?.replaceChildren(...rows);
}

async function look() {
  if (document.hidden) return;
  const [clock, ours] = await Promise.all([fetch("/demo/clock"), fetch(`/bench/${face.dataset.serial}/ours`)]);
  if (clock.ok) put("clock", (await clock.json()).said);
  if (!ours.ok) return;
  const { list } = await ours.json();
  put("ours", list === null ? "" : fill(texts.ours, { n: list }));
}

document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("button"));
  if (!button) return;
  const { digit, to, clock, do: hand } = button.dataset;
  if (digit) type(digit);
  else if (clock) passTime(clock);
  else if (button.id === "restart") restart();
  else if (hand === "check") check();
  else if (hand === "card") act({ do: "card", card: /** @type {HTMLSelectElement} */ (document.getElementById("card")).value });
  else if (hand) act(to ? { do: hand, to } : { do: hand });
  if (hand?.startsWith("drop_next")) put("fault", texts.faultnext ?? "");
});
lens.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const onKey = /** @type {HTMLElement} */ (event.target).closest(".keys button") !== null;
  if (/^[0-9]$/.test(event.key)) type(event.key);
  else if (event.key.toLowerCase() === "l") act({ do: "lens" });
  else if (event.key === "Enter" && !onKey) check();
  else return;
  event.preventDefault();
});
connect();
look();
setInterval(look, OURS_EVERY_MS);
