import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProgramVerdict, WalkPath } from "../schemas.ts";
import { applied } from "./patch.ts";
import { rowsOf, wordsOf } from "./pieces.ts";
import { problemsOf } from "./problems.ts";
import { rulerOf } from "./ruler.ts";
import { forkSaid, stepSaid } from "./said.ts";
import { piecesOfCode, toldAs } from "./told.ts";

const VERDICT: ProgramVerdict = {
  index: 0,
  name: "p",
  accepted: false,
  stopped: false,
  errno: "EACCES",
  error: "R4 offset is outside of the packet",
  category: "memory",
  pc: 19,
  span: { line: 28, start: 8, end: 31 },
  what: "the read goes past what is proved",
  hint: "",
  processed: 48,
  total_states: 4,
  peak_states: 4,
  stack: 16,
  depth: 1,
  limit: 100_000,
  walked: {},
};

test("a refusal is a problem of its line, in the explanation's words once there is one", () => {
  const [problem] = problemsOf([VERDICT], null);
  assert.equal(problem?.message, VERDICT.what);
  assert.equal(problem?.hint, null);
  assert.equal(problem?.kernel, VERDICT.error);
  assert.deepEqual(problem?.span, VERDICT.span);
  assert.equal(problemsOf([VERDICT], { program: 0, text: "Set `r0` first." })[0]?.message, "Set r0 first.");
  assert.equal(problemsOf([VERDICT], { program: 1, text: "Set `r0` first." })[0]?.message, VERDICT.what);
});

test("what is accepted, or undecided, is no problem", () => {
  assert.deepEqual(problemsOf([{ ...VERDICT, accepted: true }, { ...VERDICT, stopped: true }], null), []);
});

test("edits are made from the last to the first, and may hold line breaks", () => {
  const edits = [
    { line: 1, start: 3, end: 3, text: "if r0 == 0 goto out\n   " },
    { line: 2, start: 6, end: 7, text: "10" },
  ];
  assert.equal(applied("   exit\nr1 += 9\nout:", edits), "   if r0 == 0 goto out\n   exit\nr1 += 10\nout:");
  assert.equal(applied("abc", [{ line: 1, start: 0, end: 1, text: "x" }, { line: 1, start: 2, end: 3, text: "z" }]), "xbz");
});

test("Linux's words: a note takes the name of its number, and words end at spaces", () => {
  const words = wordsOf("access to packet, off=27 size=1, R4(id=0,off=27,r=9)\nR4 outside", [
    { start: 22, end: 24, text: "byte wanted" },
    { start: 30, end: 31, text: "how many" },
    { start: 50, end: 51, text: "bytes proved" },
    { start: 53, end: 55, text: "the pointer" },
  ]);
  const flat = words.map((line) => line.map((word) => word.map(({ text, note }) => (note === null ? text : `[${text}|${note}]`)).join("")));
  assert.deepEqual(flat, [
    ["access", "to", "packet,", "[off=27|byte wanted]", "[size=1|how many],", "R4(id=0,off=27,[r=9|bytes proved])"],
    ["[R4|the pointer]", "outside"],
  ]);
});

test("what a note says is never cut at a space, and one across lines is left out", () => {
  const words = wordsOf("a map value b\nc", [
    { start: 2, end: 11, text: "what r0 holds" },
    { start: 12, end: 15, text: "nowhere" },
  ]);
  assert.deepEqual(words.map((line) => line.length), [3, 1]);
});

test("Linux's words in rows: never longer than there is room, marks by column, each said once", () => {
  const words = wordsOf("access, off=27 of R4(off=27,r=9)", [
    { start: 12, end: 14, text: "byte wanted" },
    { start: 18, end: 20, text: "the pointer" },
    { start: 25, end: 27, text: "byte wanted" },
  ]);
  const told = (width: number) => rowsOf(words, width).map(({ pieces, marks }) => [pieces.map(({ text }) => text).join(""), marks.map(({ at, length }) => [at, length])]);
  assert.deepEqual(told(80), [["access, off=27 of R4(off=27,r=9)", [[8, 6], [18, 2]]]]);
  assert.deepEqual(told(20), [["access, off=27 of", [[8, 6]]], ["R4(off=27,r=9)", [[0, 2]]]]);
  assert.deepEqual(told(5), [["access,", []], ["off=27", [[0, 6]]], ["of", []], ["R4(off=27,r=9)", [[0, 2]]]]);
});

test("the bytes of a refused access, by Linux's words", () => {
  const packet = rulerOf("invalid access to packet, off=27 size=1, R4(id=0,off=27,r=27)\nR4 offset is outside of the packet");
  assert.deepEqual([packet?.what, packet?.proved, packet?.wanted, packet?.size], ["packet", 27, 27, 1]);
  assert.ok(packet!.from < 27 && packet!.to > 28);
  assert.equal(rulerOf("invalid access to map value, value_size=8 off=8 size=4")?.proved, 8);
  assert.equal(rulerOf("R0 !read_ok"), null);
});

const PATH: WalkPath = { id: 2, parent: 1, forked: 2, pc: 5, first: 3, last: 4, end: "pruned", by: 1, speculative: false };
const WALK = {
  indexes: [1, 2, 3, 4],
  pcs: [0, 1, 5, 6],
  paths_of: [1, 1, 2, 2],
  paths: [{ ...PATH, id: 1, parent: 0, forked: 0, first: 1, last: 2, end: "exit" as const, by: null }, PATH],
  forks: [{ step: 2, pc: 1, other: 5, path: 1, child: 2 }],
  verdict: VERDICT,
};

test("a step in words, with what begins and ends there", () => {
  assert.equal(stepSaid(WALK, 1, "Jumps to out if r1 is 0."), "Step 2, path 1, checks pc 1: jumps to out if r1 is 0.");
  assert.equal(stepSaid(WALK, 1, ""), "Step 2, path 1, checks pc 1.");
  assert.match(forkSaid(WALK, 1), /The other way, to pc 5, is saved as path 2\./);
  assert.match(forkSaid(WALK, 1), /It is safe: it reaches the exit/);
  assert.match(forkSaid(WALK, 2), /Path 2 begins, saved at step 2\./);
  assert.match(forkSaid(WALK, 3), /It is cut: the state of step 1 covers/);
});

test("the server's words as sentences: names keep their letters, code is told apart", () => {
  assert.equal(toldAs("r3 is read from the packet"), "r3 is read from the packet.");
  assert.equal(toldAs("bpf_map_lookup_elem returns a value"), "bpf_map_lookup_elem returns a value.");
  assert.equal(toldAs("the loop never ends"), "The loop never ends.");
  assert.deepEqual(piecesOfCode("`r1 += 9` makes r1 9"), [
    { text: "r1 += 9", code: true },
    { text: " makes r1 9", code: false },
  ]);
  assert.deepEqual(piecesOfCode("a ` alone"), [{ text: "a ` alone", code: false }]);
});
