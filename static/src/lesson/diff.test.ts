import assert from "node:assert/strict";
import test from "node:test";
import { diff } from "./diff.ts";

const short = (mine: string, theirs: string) => diff(mine, theirs).map(({ kind, text }) => `${{ same: " ", mine: "-", theirs: "+" }[kind]}${text}`);

test("equal texts have no difference, spaces make none", () => {
  assert.deepEqual(short("r0 = 0\nexit\n", "  r0  = 0\nexit"), [" r0 = 0", " exit"]);
});

test("what was put in, taken out and changed is told apart", () => {
  assert.deepEqual(short("a\nb\nc", "a\nx\nc\nd"), [" a", "-b", "+x", " c", "+d"]);
  assert.deepEqual(short("", "a"), ["-", "+a"]);
});

test("lines keep their numbers in both texts", () => {
  assert.deepEqual(diff("a\nc", "a\nb\nc").map(({ mine, theirs }) => [mine, theirs]), [[1, 1], [null, 2], [2, 3]]);
});

test("a text too long to compare is shown whole", () => {
  const long = Array.from({ length: 2_100 }, (_, i) => `r0 = ${i}`).join("\n");
  assert.equal(diff(long, "exit").length, 2_101);
});
