// A code on the screen: groups for eyes, digit by digit for ears; hidden again when one leaves.

/** @param {HTMLElement} place @param {{groups: string[], spoken: string}} code */
export function showDigits(place, { groups, spoken }) {
  const shown = groups.map((group) => {
    const part = document.createElement("span");
    part.textContent = group;
    part.setAttribute("aria-hidden", "true");
    return part;
  });
  const heard = document.createElement("span");
  heard.className = "visually-hidden";
  heard.textContent = spoken;
  place.replaceChildren(...shown, heard);
}

/** Speaks the digits one by one, slowly. @param {string} spoken */
export function readAloud(spoken) {
  const words = new SpeechSynthesisUtterance(spoken);
  words.lang = document.documentElement.lang;
  words.rate = 0.6;
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}

/** Calls `hide` when the page goes out of sight or is left. @param {() => void} hide */
export function whenLeft(hide) {
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && hide());
  addEventListener("pagehide", hide);
}
