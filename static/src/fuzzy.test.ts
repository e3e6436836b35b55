import assert from "node:assert/strict";
import { test } from "node:test";
import { match, search } from "./fuzzy.ts";

const find = (query: string, ...entries: string[]) => search(query, entries, (entry) => entry, 10);

test("every word must be there, in any order", () => {
  assert.deepEqual(find("last r1", "Back to the last write of r1", "Back to the last write of r2"), ["Back to the last write of r1"]);
  assert.equal(match("zzz", "Step"), null);
});

test("starts of words come first; equal ones keep their order", () => {
  assert.deepEqual(find("step", "Overstep", "Step", "First step"), ["Step", "First step", "Overstep"]);
  assert.deepEqual(find("", "b", "a"), ["b", "a"]);
});
