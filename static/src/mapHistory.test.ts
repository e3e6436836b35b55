import assert from "node:assert/strict";
import test from "node:test";
import { plotted, sampled } from "./mapHistory.ts";

test("every packet up to the current one, and evenly fewer of many", () => {
  assert.deepEqual(sampled(0, 48), [0]);
  assert.deepEqual(sampled(3, 48), [0, 1, 2, 3]);
  const many = sampled(999, 48);
  assert.deepEqual([many.length, many[0], many.at(-1)], [48, 0, 999]);
  assert.equal(new Set(many).size, 48);
});

test("a value is drawn as a little-endian number, an absent one as 0, a structure not at all", () => {
  assert.equal(plotted("0b00000000000000"), 11);
  assert.equal(plotted(undefined), 0);
  assert.equal(plotted("000102030405060708090a0b"), null);
});
