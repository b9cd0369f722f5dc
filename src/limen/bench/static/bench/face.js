// A lock one can touch: hands go in, what an eye would see comes out. Nothing here decides anything.

const face = /** @type {HTMLElement} */ (document.getElementById("face"));
const lens = /** @type {HTMLElement} */ (face.querySelector(".lens"));
const words = /** @type {HTMLElement} */ (document.getElementById("words"));
const texts = /** @type {HTMLElement} */ (document.getElementById("texts")).dataset;
/** @type {WebSocket | null} */
let lock = null;

/** @param {string} id @param {string} text */
function put(id, text) {
  const place = document.getElementById(id);
  if (place) place.textContent = text;
}

/** @param {string | undefined} pattern @param {Record<string, unknown>} values */
function fill(pattern, values) {
  return (pattern ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "?"));
}

/** @param {any} view */
function show(view) {
  lens.dataset.state = view.lens.state;
  if (words.textContent !== view.lens.words) words.textContent = view.lens.words;
  const { holds, model } = view;
  put("list", String(holds.list ?? "?"));
  const error = holds.clock === "lost" ? "" : `, ${fill(texts.within, { s: Math.round(holds.clock_error_s) })}`;
  put("time", `${texts[holds.clock] ?? holds.clock}${error}`);
  put("tries", fill(texts.of, { left: holds.tries_left, max: holds.tries_max }));
  put("record", fill(texts.events, { n: holds.record, lost: holds.lost }));
  put("power", holds.power === false ? (texts.nobattery ?? "") : model.power === "wired" ? (texts.mains ?? "") : `${holds.battery} %`);
  put("sticker", view.sticker ?? "");
  const happened = /** @type {HTMLElement} */ (document.getElementById("happened"));
  happened.replaceChildren(...(view.happened ?? []).map((/** @type {any} */ line) => Object.assign(document.createElement("li"), { textContent: `${line.at} ${line.words}` })));
  const has = { nfc: model.nfc, cylinder: model.cylinder, jumpstart: model.jumpstart, privacy: model.privacy_deadbolt, wired: model.power === "wired", batteries: model.power !== "wired" };
  for (const [name, there] of Object.entries(has)) {
    for (const part of face.querySelectorAll(`[data-needs="${name}"]`)) /** @type {HTMLElement} */ (part).hidden = !there;
    for (const part of face.querySelectorAll(`[data-lacks="${name}"]`)) /** @type {HTMLElement} */ (part).hidden = Boolean(there);
  }
  const cards = /** @type {HTMLSelectElement} */ (document.getElementById("card"));
  if (view.cards && cards.options.length !== view.cards.length)
    cards.replaceChildren(...view.cards.map((/** @type {any} */ card) => new Option(card.name ?? card, card.id ?? card)));
}

function connect() {
  lock = new WebSocket(`${location.origin.replace("http", "ws")}/bench/face/${face.dataset.serial}`);
  lock.onmessage = ({ data }) => {
    const view = JSON.parse(data);
    if (view.t === "view") show(view);
  };
  lock.onclose = () => {
    lens.dataset.state = "no power";
    words.textContent = face.dataset.lost ?? "";
    setTimeout(connect, 1500);
  };
}

/** @param {Record<string, unknown>} what */
function act(what) {
  if (lock?.readyState === WebSocket.OPEN) lock.send(JSON.stringify(what));
}

/** @param {string} digit */
function type(digit) {
  act({ do: "digit", digit: Number(digit) });
  const key = /** @type {HTMLElement | null} */ (lens.querySelector(`[data-digit="${digit}"]`));
  if (!key) return;
  key.dataset.lit = "";
  setTimeout(() => delete key.dataset.lit, 250);
}

face.addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("button"));
  if (!button) return;
  const { digit, to, clock } = button.dataset;
  if (digit) type(digit);
  else if (clock) {
    await fetch("/demo/clock", { method: "POST", body: JSON.stringify({ ms: Number(clock) }) });
    location.reload();
  } else if (button.dataset.do === "card") act({ do: "card", card: /** @type {HTMLSelectElement} */ (document.getElementById("card")).value });
  else if (button.dataset.do) act(to ? { do: button.dataset.do, to } : { do: button.dataset.do });
});
addEventListener("keydown", (event) => {
  const busy = event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  if (busy) return;
  if (/^[0-9]$/.test(event.key)) type(event.key);
  else if (event.key === "l" || event.key === "L") act({ do: "lens" });
  else if (event.key === "Enter" && document.activeElement?.closest("button, a, summary") === null) act({ do: "check" });
});
connect();
