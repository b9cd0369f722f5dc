// Finds a line in a long list of ticks while one types; without script the whole list is there.

/** @param {string} text */
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

for (const box of document.querySelectorAll("[data-filter-for]")) {
  const place = /** @type {HTMLElement} */ (box);
  const list = document.getElementById(place.dataset.filterFor ?? "");
  const input = place.querySelector("input");
  if (!list || !input) continue;
  place.hidden = false;
  const lines = [...list.querySelectorAll("label[data-text]")].map((line) => /** @type {HTMLElement} */ (line));
  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    for (const line of lines) {
      const text = plain(line.dataset.text ?? "");
      line.hidden = !words.every((word) => text.includes(word));
    }
  });
  // Enter chooses nothing and sends nothing: the list is what is sent.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
