import assert from "node:assert/strict";
import { test } from "node:test";
import type { NativeGroupView } from "../schemas.ts";
import { foldsOf } from "./folds.ts";

function group(pc: number, rewritten: NativeGroupView["rewritten"] = ""): NativeGroupView {
  return { pc, text: "", line: null, rewritten, say: "", became: [], proved: "", check: "", knows: "", takes: 0, insns: [] };
}

const many = (count: number, odd: readonly number[]) => Array.from({ length: count }, (_, pc) => group(pc, odd.includes(pc) ? "context" : ""));
const never = () => false;

test("a short function is shown whole", () => {
  assert.deepEqual(foldsOf(many(20, []), { folded: true, keep: never }).map(({ folded }) => folded), [false]);
});

test("long plain stretches fold away between what was rewritten", () => {
  const pieces = foldsOf(many(80, [30, 33]), { folded: true, keep: never });
  assert.deepEqual(
    pieces.map(({ start, groups, folded }) => [start, groups.length, folded]),
    [[0, 30, true], [30, 1, false], [31, 2, false], [33, 1, false], [34, 46, true]],
  );
});

test("a stretch with something that has to be seen stays open, and all do when asked", () => {
  const groups = many(80, [40]);
  assert.deepEqual(foldsOf(groups, { folded: true, keep: (place) => place === 50 }).map(({ folded }) => folded), [true, false, false]);
  assert.equal(foldsOf(groups, { folded: false, keep: never }).length, 1);
});
