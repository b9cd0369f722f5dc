// "Ring me now": the ring goes the way of a real call as far as this page, and then the page says so.

import { ask } from "./line.js";

const rang = document.getElementById("rang");
document.getElementById("ring-me")?.addEventListener("click", async () => {
  if (!rang) return;
  const { ok, signal, said } = await ask("/home/api/intercom/test");
  rang.textContent = ok ? said.sentence : signal ? said.title : (rang.dataset.nosignal ?? "");
});
document.addEventListener("limen:rang", () => {
  if (rang) rang.textContent = rang.dataset.rang ?? "";
});
