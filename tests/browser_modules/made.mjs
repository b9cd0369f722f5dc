// Seeded values for the tests of the browser modules: the same run every time, and no dependency.

/** A small generator of numbers (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { below, pick: (list) => list[below(list.length)], bytes: (size) => Uint8Array.from({ length: size }, () => below(256)) };
}

/** Any value the wire can say. */
export function value(dice, depth = 0) {
  const kind = dice.below(depth > 3 ? 6 : 8);
  if (kind === 0) return dice.below(2 ** dice.below(32));
  if (kind === 1) return -1 - dice.below(2 ** dice.below(32));
  if (kind === 2) return (1n << 53n) + BigInt(dice.below(2 ** 31)) * BigInt(dice.below(2 ** 31));
  if (kind === 3) return dice.bytes(dice.below(70));
  if (kind === 4) return dice.pick(["", "Zoë", "Package Room", "日本", "x".repeat(300)]);
  if (kind === 5) return dice.pick([true, false, null]);
  if (kind === 6) return Array.from({ length: dice.below(6) }, () => value(dice, depth + 1));
  const map = new Map();
  for (let count = dice.below(6); count > 0; count -= 1)
    map.set(dice.pick([dice.below(1000), -dice.below(70000), `k${dice.below(50)}`]), value(dice, depth + 1));
  return map;
}
