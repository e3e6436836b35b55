import assert from "node:assert/strict";
import { test } from "node:test";
import { RUN, STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import type { StepView, StopRequest } from "./schemas.ts";
import { findStop } from "./stops.ts";

const trace = { run: RUN, windows: new Map([["0:0", WINDOW_REPLY]]) };
const ask = (step: number, until: StopRequest["until"], more: Partial<StopRequest> = {}): StopRequest => ({
  run: "fixture", packet: 0, step, direction: "forward", until, lines: [], pcs: [], conditions: {}, watches: [], ...more,
});
const back = { direction: "back" } as const;

test("the next and the last helper call", () => {
  assert.deepEqual(findStop(trace, ask(0, "helper")), { packet: 0, step: 16, why: "helper call" });
  assert.deepEqual(findStop(trace, ask(20, "helper", back)), { packet: 0, step: 16, why: "helper call" });
});

test("a call of the program's own is no helper call, a helper of the map lane is", () => {
  const steps = STEPS.map((step): StepView => {
    if (step.pc === 16) return { ...step, did: "", mark: { ...step.mark!, kind: "call" }, changes: [{ k: "frame", depth: 1, function: "f", return_pc: 17 }] };
    if (step.pc !== 17) return step;
    return { ...step, mark: { ...step.mark!, lane: "map", kind: "map" }, did: "~helper~bpf_map_lookup_elem~" };
  });
  const found = findStop({ run: RUN, windows: new Map([["0:0", { ...WINDOW_REPLY, steps }]]) }, ask(0, "helper"));
  assert.ok(found !== "unknown");
  assert.equal(steps[found.step - 1]?.pc, 17);
});

test("a map write stops after the step that wrote", () => {
  const found = findStop(trace, ask(0, "map-write"));
  assert.ok(found !== "unknown");
  assert.equal(STEPS[found.step - 1]?.note, "10 → 11");
});

test("breakpoints stop before their instruction, both ways, and never where one stands", () => {
  const pcs = [10, 18];
  assert.equal((findStop(trace, ask(0, "breakpoint", { pcs })) as { step: number }).step, 10);
  assert.equal((findStop(trace, ask(10, "breakpoint", { pcs })) as { step: number }).step, 17);
  assert.equal((findStop(trace, ask(17, "breakpoint", { pcs, ...back })) as { step: number }).step, 10);
});

test("no breakpoint ahead in this packet: the server knows about the others", () => {
  assert.equal(findStop(trace, ask(18, "breakpoint", { pcs: [10] })), "unknown");
});

test("conditions and watches are the server's", () => {
  assert.equal(findStop(trace, ask(0, "breakpoint", { conditions: { "3": "r1 > 9" } })), "unknown");
  assert.equal(findStop(trace, ask(0, "breakpoint", { watches: ["r1"] })), "unknown");
});

test("without the window it is unknown", () => {
  assert.equal(findStop({ run: RUN, windows: new Map() }, ask(3, "helper")), "unknown");
});

test("the ends of the packet", () => {
  assert.equal((findStop(trace, ask(3, "end")) as { step: number }).step, STEPS.length);
  assert.equal((findStop(trace, ask(3, "end", back)) as { step: number }).step, 0);
  assert.equal((findStop(trace, ask(20, "helper")) as { step: number }).step, STEPS.length);
});

test("over skips the inside of a call, into does not, out leaves it", () => {
  const depths = [0, 0, 1, 1, 2, 1, 0, 0];
  const steps = depths.map((depth, pc): StepView => ({ ...STEPS[3]!, pc, depth }));
  const deep = { run: { ...RUN, packets: [{ ...RUN.packets[0]!, steps: 8 }] }, windows: new Map([["0:0", { ...WINDOW_REPLY, steps }]]) };
  const to = (request: StopRequest) => (findStop(deep, request) as { step: number }).step;
  assert.equal(to(ask(1, "over")), 6);
  assert.equal(to(ask(1, "into")), 2);
  assert.equal(to(ask(3, "out")), 6);
  assert.equal(to(ask(3, "over")), 5);
  assert.equal(to(ask(6, "over", back)), 1);
  assert.equal(to(ask(4, "out", back)), 3);
});
