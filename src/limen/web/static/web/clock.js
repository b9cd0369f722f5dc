// The time of this phone. In a demonstration days can pass in a moment: then it is ahead by as much as the service said last.

const KEPT = "limen-ahead-ms";

export function now() {
  return Date.now() + Number(localStorage.getItem(KEPT) ?? 0);
}

/** Asks the demonstration how far it is ahead; elsewhere there is nothing to ask. */
export async function meetDemonstration() {
  if (!document.querySelector(".demonstration")) return;
  const answer = await fetch("/demo/clock").catch(() => null);
  if (answer?.ok) localStorage.setItem(KEPT, String((await answer.json()).offset_ms ?? 0));
}
