import assert from "node:assert/strict";
import { test } from "node:test";
import { helperIn, marked, partsOf, plain, unmarked } from "./parts.ts";

const JUMP = "~pc:3~pc 3~ asks whether ~num~10~ is greater than ~num~9~. It is, so on to ~label:7~drop~";

test("a sentence is divided into plain words and marked pieces, with where they lead", () => {
  assert.deepEqual(partsOf(JUMP).map(({ kind, text, pc }) => [kind, text, pc]), [
    ["pc", "pc 3", 3],
    ["", " asks whether ", null],
    ["num", "10", null],
    ["", " is greater than ", null],
    ["num", "9", null],
    ["", ". It is, so on to ", null],
    ["label", "drop", 7],
  ]);
  assert.deepEqual(partsOf("Running."), [{ kind: "", text: "Running.", pc: null }]);
  assert.deepEqual(partsOf(""), []);
});

test("its words are those a reader sees", () => {
  assert.equal(plain(JUMP), "pc 3 asks whether 10 is greater than 9. It is, so on to drop");
  assert.equal(plain(partsOf(JUMP).map(({ text }) => text).join("")), plain(JUMP));
});

test("a text that holds a mark cannot pass for a piece", () => {
  assert.deepEqual(partsOf(marked("map", "names[~pc:1~x~]")), [{ kind: "map", text: "names[∼pc:1∼x∼]", pc: null }]);
  assert.deepEqual(partsOf(unmarked("about ~10~ of them")), [{ kind: "", text: "about ∼10∼ of them", pc: null }]);
});

test("the helper that was called", () => {
  assert.equal(helperIn("~pc:2~pc 2~ called ~helper~bpf_map_lookup_elem~: ~reg~r0~ is ~num~0~"), "bpf_map_lookup_elem");
  assert.equal(helperIn(JUMP), null);
});
