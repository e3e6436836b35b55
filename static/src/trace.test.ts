import assert from "node:assert/strict";
import { test } from "node:test";
import { RUN, STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { apart, neighbour, snapshotAt, stepAt, wanted } from "./trace.ts";

const trace = { run: RUN, windows: new Map([["0:0", WINDOW_REPLY]]) };
const long = { run: { ...RUN, packets: [{ ...RUN.packets[0]!, steps: 5000 }] } };

test("states and steps where the window is here, nothing where it is not", () => {
  assert.equal(snapshotAt(trace, { packet: 0, step: 19 })?.pc, 20);
  assert.equal(snapshotAt(trace, { packet: 1, step: 0 }), null);
  assert.equal(stepAt(trace, { packet: 0, step: STEPS.length }), undefined);
});

test("the state after the last step of a full window is known without another window", () => {
  const steps = Array.from({ length: 1024 }, () => STEPS[3]!);
  const full = { run: { ...RUN, packets: [{ ...RUN.packets[0]!, steps: 1024 }] }, windows: new Map([["0:0", { ...WINDOW_REPLY, steps }]]) };
  assert.notEqual(snapshotAt(full, { packet: 0, step: 1024 }), null);
});

test("a step at the end goes to the next packet's start, and back again", () => {
  assert.deepEqual(neighbour(trace, { packet: 0, step: 22 }, 1), { packet: 1, step: 0 });
  assert.deepEqual(neighbour(trace, { packet: 1, step: 0 }, -1), { packet: 0, step: 22 });
  assert.equal(neighbour(trace, { packet: 0, step: 0 }, -1), null);
  assert.equal(neighbour(trace, { packet: 1, step: 22 }, 1), null);
});

test("the windows around a place, the nearest first, within the run", () => {
  assert.deepEqual(wanted(long, { packet: 0, step: 0 }), [0, 1]);
  assert.deepEqual(wanted(long, { packet: 0, step: 2048 }), [2, 3, 1]);
  assert.deepEqual(wanted(long, { packet: 0, step: 5000 }), [4, 3]);
  assert.deepEqual(wanted(long, { packet: 7, step: 0 }), []);
});

test("how far a window is from a step", () => {
  assert.deepEqual([0, 1_000, 1_023, 1_024, 2_047, 2_048, 2_100].map((step) => apart(step, 1)), [1_024, 24, 1, 0, 0, 1, 53]);
});
