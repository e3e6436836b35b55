import assert from "node:assert/strict";
import { test } from "node:test";
import { DATA, PACKET, STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { applyStep, FRAME_SIZE, snapshotOf, stateAt, UNWRITTEN } from "./fold.ts";
import type { StepView, WindowReply } from "./schemas.ts";

const bare: StepView = { pc: 0, program: 0, depth: 0, changes: [], reads: [], mark: null, note: "", event: "", did: "", asks: "" };
const start = snapshotOf(WINDOW_REPLY.keyframe);

test("the first state is the keyframe, with every stack byte unwritten", () => {
  const state = stateAt({ ...WINDOW_REPLY }, 0);
  assert.equal(state.frames[0]?.bytes, UNWRITTEN.repeat(FRAME_SIZE));
  assert.equal(state.registers[1]?.text, "ctx +0");
  assert.equal(state.pc, 0);
});

test("a register written for the first time counts as written", () => {
  assert.equal(stateAt(WINDOW_REPLY, 6).written[6], true);
  assert.equal(stateAt(WINDOW_REPLY, 0).written[6], false);
});

test("stack bytes land at their offset from r10", () => {
  const { bytes } = stateAt(WINDOW_REPLY, 12).frames[0]!;
  assert.equal(bytes.slice((FRAME_SIZE - 4) * 2), "cb007107");
  assert.equal(bytes.slice((FRAME_SIZE - 6) * 2, (FRAME_SIZE - 4) * 2), UNWRITTEN.repeat(2));
});

test("a map change replaces the value and keeps the order of entries", () => {
  const before = stateAt(WINDOW_REPLY, 18).maps[0]!;
  const after = stateAt(WINDOW_REPLY, 19).maps[0]!;
  assert.deepEqual(before.entries.map((entry) => entry.value_text), ["10", "2", "1"]);
  assert.deepEqual(after.entries.map((entry) => entry.value_text), ["11", "2", "1"]);
  assert.equal(after.count, 3);
});

test("a new map entry and a deleted one change the count", () => {
  const change = { k: "map", map: 0, key: "01", key_text: "1", cpu: null, a: null, b: "05", a_text: null, b_text: "5" } as const;
  const more = applyStep(start, { ...bare, changes: [change] }, undefined);
  assert.equal(more.maps[0]?.count, 4);
  assert.equal(more.maps[0]?.entries.at(-1)?.value_text, "5");
  const gone = { ...change, a: "05", b: null, a_text: "5", b_text: null };
  const less = applyStep(more, { ...bare, changes: [gone] }, undefined);
  assert.equal(less.maps[0]?.count, 3);
  assert.deepEqual(less.maps[0]?.entries, start.maps[0]?.entries);
});

test("packet writes and moved bounds", () => {
  const changes: StepView["changes"] = [
    { k: "pkt", off: DATA, a: "52", b: "ff" },
    { k: "bounds", a: [DATA, DATA, DATA + 74], b: [DATA, DATA - 4, DATA + 74] },
  ];
  const state = applyStep(start, { ...bare, changes }, undefined);
  assert.equal(state.buffer.slice(DATA * 2), `ff${PACKET.slice(2)}`);
  assert.deepEqual(state.bounds, [DATA, DATA - 4, DATA + 74]);
});

test("a write beyond the known buffer fills the gap with zeros", () => {
  const state = applyStep({ ...start, buffer: "aa" }, { ...bare, changes: [{ k: "pkt", off: 3, a: "00", b: "bb" }] }, undefined);
  assert.equal(state.buffer, "aa0000bb");
});

test("calls push a frame, returns pop it, and the caller's bytes stay", () => {
  const frame = (depth: number, name: string) => ({ k: "frame", depth, function: name, return_pc: 7 }) as const;
  const written = applyStep(start, { ...bare, changes: [{ k: "stk", frame: 0, off: -1, a: "00", b: "07" }] }, undefined);
  const called = applyStep(written, { ...bare, changes: [frame(1, "inner")] }, undefined);
  assert.deepEqual(called.frames.map((f) => f.function), ["syn_guard", "inner"]);
  assert.equal(called.frames[1]?.bytes, UNWRITTEN.repeat(FRAME_SIZE));
  const returned = applyStep(called, { ...bare, changes: [frame(0, "syn_guard")] }, undefined);
  assert.deepEqual(returned.frames, written.frames);
});

test("what a step does not change stays the same object", () => {
  const before = stateAt(WINDOW_REPLY, 18);
  const after = applyStep(before, STEPS[18]!, STEPS[19]);
  assert.equal(after.frames, before.frames);
  assert.equal(after.buffer, before.buffer);
  assert.notEqual(after.maps, before.maps);
  assert.equal(after.registers[6], before.registers[6]);
});

test("the last state knows how the run ended", () => {
  assert.equal(stateAt(WINDOW_REPLY, STEPS.length).end?.verdict, "XDP_DROP");
});

test("any state of a long window equals the fold from its start, in any order of asking", () => {
  const steps = Array.from({ length: 1024 }, (_, i): StepView => ({
    ...bare,
    pc: i,
    changes: [{ k: "reg", n: i % 10, v: { word: "0x0000000000000000", kind: "num", text: String(i), note: "" } }],
  }));
  const window: WindowReply = { ...WINDOW_REPLY, first: 2048, steps };
  let state = snapshotOf(window.keyframe);
  const all = [state];
  steps.forEach((step, i) => all.push((state = applyStep(state, step, steps[i + 1]))));
  for (const k of [1024, 3, 700, 64, 63, 65, 0, 1000, 511]) assert.deepEqual(stateAt(window, 2048 + k), all[k]);
});

test("asking beyond the window is an error that names the step", () => {
  assert.throws(() => stateAt(WINDOW_REPLY, STEPS.length + 1), /step 22 is not in this window/);
});
