import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "../../src/limen/web/static/courier/bytes.js";
import { Cutter, Joiner, MESSAGE_BYTES_MAX, OutOfTurn } from "../../src/limen/web/static/courier/frames.js";
import { chance } from "./made.mjs";

test("Messages of any length over links of any size arrive whole, while numbers wrap many times.", () => {
  const dice = chance(3);
  for (const frameBytes of [20, 182, 244, 509]) {
    const [cutter, joiner] = [new Cutter(frameBytes), new Joiner()];
    for (let round = 0; round < 40; round += 1) {
      const message = dice.bytes(1 + dice.below(MESSAGE_BYTES_MAX));
      const frames = cutter.cut(message);
      assert.ok(frames.every((frame) => frame.length <= frameBytes));
      const arrived = frames.map((frame) => joiner.take(frame));
      assert.ok(arrived.slice(0, -1).every((part) => part === null));
      assert.equal(hex(arrived.at(-1)), hex(message));
    }
  }
});

test("A lost, repeated, swapped or strange frame ends the link for good.", () => {
  // rule: SYNC-10
  const frames = () => new Cutter(20).cut(new Uint8Array(60).fill(7));
  const [one, two, three, four] = frames();
  for (const order of [
    [two],
    [one, three],
    [one, one],
    [one, two, two],
    [one, two, four],
    [one, Uint8Array.of(1, 1, 5)],
    [Uint8Array.of(4, 0, 1)],
    [Uint8Array.of(3, 0)],
  ]) {
    const joiner = new Joiner();
    assert.throws(() => order.map((frame) => joiner.take(frame)), OutOfTurn);
    assert.throws(() => joiner.take(one), OutOfTurn);
  }
});

test("A message that grows beyond the bound is dropped before it is whole.", () => {
  const joiner = new Joiner();
  assert.equal(joiner.take(Uint8Array.from([1, 0, ...new Uint8Array(507)])), null);
  assert.throws(() => {
    for (let seq = 1; seq < 40; seq += 1) joiner.take(Uint8Array.from([0, seq % 256, ...new Uint8Array(507)]));
  }, OutOfTurn);
});
