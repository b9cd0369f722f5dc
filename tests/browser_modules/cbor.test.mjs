import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, hex, unhex } from "../../src/limen/web/static/courier/bytes.js";
import { decode, encode, MAX_DEPTH, NotCanonical } from "../../src/limen/web/static/courier/cbor.js";
import { chance, value } from "./made.mjs";

const LIMIT = 1 << 16;

test("Whatever the wire can say comes back as it was, and in the same bytes.", () => {
  const dice = chance(1);
  for (let round = 0; round < 2000; round += 1) {
    const said = value(dice);
    const bytes = encode(said);
    assert.deepEqual(decode(bytes, LIMIT), said);
    assert.equal(hex(encode(decode(bytes, LIMIT))), hex(bytes));
  }
});

test("No other bytes mean anything: what a changed byte still decodes to encodes to exactly those bytes.", () => {
  // rule: SYNC-10
  const dice = chance(2);
  let refused = 0;
  for (let round = 0; round < 4000; round += 1) {
    const bytes = encode(value(dice));
    bytes[dice.below(bytes.length)] = dice.below(256);
    try {
      assert.equal(hex(encode(decode(bytes, LIMIT))), hex(bytes));
    } catch (problem) {
      assert.ok(problem instanceof NotCanonical, String(problem));
      refused += 1;
    }
  }
  assert.ok(refused > 500, "most changes are seen");
});

for (const [what, bytes] of Object.entries({
  "a longer head than needed": "1800",
  "two bytes for a number of one": "190017",
  "an indefinite list": "9f01ff",
  "an indefinite text": "7f6161ff",
  "a float": "f93c00",
  undefined: "f7",
  "a tag": "c001",
  "keys out of order": "a20201" + "0101",
  "a repeated key": "a201010102",
  "a key that is a list": "a1800" + "1",
  "a byte after the end": "0000",
  "a text that is not UTF-8": "61ff",
  "a list that promises more than there is": "9affffffff",
  "a map that promises more than there is": "bb00000000ffffffff",
  "bytes that promise more than there are": "5b7fffffffffffffff00",
  nothing: "",
})) {
  test(`Refused: ${what}.`, () => {
    assert.throws(() => decode(unhex(bytes), LIMIT), NotCanonical);
  });
}

test("A list in a list is read to the twelfth, and no further, and a larger message than agreed is not looked at.", () => {
  const nested = (depth) => concat(new Uint8Array(depth).fill(0x81), Uint8Array.of(0x00));
  assert.ok(decode(nested(MAX_DEPTH), LIMIT));
  assert.throws(() => decode(nested(MAX_DEPTH + 1), LIMIT), NotCanonical);
  assert.throws(() => decode(nested(100000), 1 << 20), NotCanonical);
  assert.throws(() => decode(new Uint8Array(20), 19), NotCanonical);
});

test("What has no form in the wire's CBOR is not written at all.", () => {
  for (const said of [1.5, Number.NaN, 2 ** 53, undefined, () => 1, 1n << 64n, -(1n << 64n) - 1n, {}])
    assert.throws(() => encode(said), RangeError);
  assert.equal(hex(encode((1n << 64n) - 1n)), "1bffffffffffffffff");
  assert.equal(hex(encode(-(1n << 64n))), "3bffffffffffffffff");
});
