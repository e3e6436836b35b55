import assert from "node:assert/strict";
import test from "node:test";
import { argumentsOf, eventRows, glyph, instruction, madeBefore, parameters, rowsBefore } from "./events.ts";
import { CHECK, STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { stateAt } from "./fold.ts";

test("a row for each step with a mark, split by where time stands", () => {
  const rows = eventRows(WINDOW_REPLY);
  assert.equal(rows.length, STEPS.filter(({ mark }) => mark !== null).length);
  assert.equal(rowsBefore(rows, 0), 0);
  assert.equal(rowsBefore(rows, 2), 1);
  assert.equal(rowsBefore(rows, STEPS.length), rows.length);
});

test("glyphs tell reads, writes, calls, branches and the end apart", () => {
  const letters = eventRows(WINDOW_REPLY).map(({ view }) => glyph(view)).join("");
  assert.match(letters, /R/);
  assert.match(letters, /W/);
  assert.match(letters, /ƒ/);
  assert.match(letters, /■$/);
});

test("a step to come is told by its instruction alone", () => {
  assert.equal(instruction(CHECK.programs, STEPS[0]!), "r6 = r1");
  assert.equal(instruction([], STEPS[0]!), "pc 0");
});

test("arguments take their names from the signature", () => {
  assert.deepEqual(parameters("void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)"), ["map", "key"]);
  assert.deepEqual(parameters("u64 bpf_ktime_get_ns(void)"), []);
  const call = STEPS.findIndex(({ pc }) => pc === 16);
  const helper = { id: 1, name: "", signature: "void *f(struct bpf_map *map, const void *key)", doc: "", hooks: [], gpl_only: false };
  const asked = argumentsOf(helper, stateAt(WINDOW_REPLY, call));
  assert.deepEqual(asked.map(({ name, value }) => [name, value.text]), [["map", "syn_count"], ["key", "fp -4"]]);
  assert.deepEqual(argumentsOf(undefined, null), []);
});

test("outputs are made before a place or not", () => {
  const out = { packet: 2, step: 5, kind: "trace_pipe", source: "", text: "", data: "" };
  assert.deepEqual([madeBefore(out, { packet: 2, step: 5 }), madeBefore(out, { packet: 2, step: 6 }), madeBefore(out, { packet: 3, step: 0 })], [false, true, true]);
});
