import assert from "node:assert/strict";
import { test } from "node:test";
import * as actions from "./actions.ts";
import { CHECK, RUN, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { defaultLayout, fold } from "./panes.ts";
import { initialState, type State } from "./state.ts";

const fresh = initialState();
const ready: State = { ...fresh, revision: 1, inputs: { ...fresh.inputs, packets: ["aa", "bb"] }, run: RUN };

test("an edit makes results stale and clears a failure; the same text changes nothing", () => {
  const failed = { ...fresh, failure: { code: "x", message: "x", hint: null, span: null } };
  const edited = actions.edit(failed, "exit");
  assert.equal(edited.revision, 1);
  assert.equal(edited.failure, null);
  assert.equal(actions.edit(edited, "exit"), edited);
});

test("a late check is ignored", () => {
  assert.equal(actions.checked(ready, { ...CHECK, revision: 0 }).check, null);
  assert.equal(actions.checked(ready, CHECK).check, CHECK);
});

test("a check without programs keeps showing the last ones", () => {
  const good = actions.checked(ready, CHECK);
  const broken = actions.checked(good, { ...CHECK, ok: false, programs: [] });
  assert.equal(broken.programs, CHECK.programs);
});

test("a run keeps the place, within its length, and drops windows of another run", () => {
  const placed = { ...ready, windows: new Map([["0:0", { ...WINDOW_REPLY, run: "old" }]]), run: null, cursor: { packet: 0, step: 999 } };
  const done = actions.ran(placed, RUN);
  assert.deepEqual(done.cursor, { packet: 0, step: 22 });
  assert.equal(done.windows.size, 0);
});

test("the same run keeps its windows", () => {
  const window = actions.gotWindow(ready, WINDOW_REPLY);
  assert.equal(actions.ran(window, RUN).windows.size, 1);
});

test("a window of another run is ignored, and the oldest make room", () => {
  assert.equal(actions.gotWindow(ready, { ...WINDOW_REPLY, run: "other" }), ready);
  let state = ready;
  for (let i = 0; i < 120; i += 1) state = actions.gotWindow(state, { ...WINDOW_REPLY, window: i });
  assert.equal(state.windows.size, 96);
  assert.ok(state.windows.has("0:119"));
  assert.ok(!state.windows.has("0:0"));
});

test("moving stays within the packets and steps there are", () => {
  assert.deepEqual(actions.moveTo(ready, { packet: 9, step: -4 }).cursor, { packet: 1, step: 0 });
  assert.deepEqual(actions.moveTo(ready, { packet: 0, step: Infinity }).cursor, { packet: 0, step: 22 });
});

test("moving nowhere keeps the cursor's identity, so that nothing is drawn again", () => {
  assert.equal(actions.moveTo(ready, { packet: 0, step: 0 }).cursor, ready.cursor);
});

test("breakpoints toggle, stay in order and take conditions", () => {
  const two = actions.toggleBreakpoint(actions.toggleBreakpoint(fresh, 9), 3);
  assert.deepEqual(two.breakpoints.map(({ line }) => line), [3, 9]);
  const conditional = actions.setCondition(two, 9, " r1 > 9 ");
  assert.equal(conditional.breakpoints[1]?.condition, "r1 > 9");
  assert.equal(actions.setCondition(conditional, 9, "  ").breakpoints[1]?.condition, null);
  assert.deepEqual(actions.toggleBreakpoint(conditional, 9).breakpoints, [{ line: 3, condition: null }]);
});

test("undo takes back packets and layout, in order, and re-runs what changed", () => {
  const one = actions.setPackets(ready, ["cc"], "loading a capture");
  const two = actions.arrange(one, fold(defaultLayout("wide"), "stack", true), "folding Stack");
  const back = actions.undo(two);
  assert.deepEqual(back.layout, one.layout);
  assert.equal(back.revision, two.revision);
  const first = actions.undo(back);
  assert.deepEqual(first.inputs.packets, ["aa", "bb"]);
  assert.equal(first.revision, back.revision + 1);
  assert.equal(actions.undo(first), first);
});

test("undoing packets or layout leaves the text alone; undoing a replaced program brings its text back", () => {
  const text = actions.edit(actions.setPackets(ready, ["cc"], "loading"), "exit");
  const back = actions.undo(text);
  assert.equal(back.inputs.source, "exit");
  assert.deepEqual(back.inputs.packets, ["aa", "bb"]);
  const replaced = actions.setInputs(text, { source: "r0 = 0", packets: ["dd"] }, "opening an example");
  assert.equal(actions.undo(replaced).inputs.source, "exit");
});

test("a toast's undo takes back its own change and all after it", () => {
  const one = actions.toast(actions.setPackets(ready, ["cc"], "loading"), "Loaded", true);
  const two = actions.setPackets(one, ["dd"], "loading");
  const back = actions.undo(two, one.toasts[0]!.undo!);
  assert.deepEqual(back.inputs.packets, ["aa", "bb"]);
  assert.equal(back.toasts.length, 0);
});

test("clicking the pinned thing again unpins it", () => {
  const pinned = actions.pin(fresh, { kind: "reg", n: 1 });
  assert.deepEqual(pinned.pin, { kind: "reg", n: 1 });
  assert.equal(actions.pin(pinned, { kind: "reg", n: 1 }).pin, null);
});

test("fewer packets than before: the place moves to the last one's start", () => {
  const at = { ...ready, cursor: { packet: 1, step: 7 } };
  assert.deepEqual(actions.setPackets(at, ["cc"], "x").cursor, { packet: 0, step: 0 });
  assert.deepEqual(actions.setPackets(at, ["cc", "dd"], "x").cursor, { packet: 1, step: 7 });
});

test("opening a program starts clean, at its place", () => {
  const doc = { id: "abc", title: "t", version: 3, inputs: { ...fresh.inputs, source: "exit" }, place: { packet: 0, step: 5, breakpoints: [2, 4], conditions: { 4: "r1 > 9" }, panes: {} } };
  const open = actions.open({ ...ready, history: [{ id: 1, label: "x", kept: ready, text: false }] }, doc, "saved");
  assert.equal(open.run, null);
  assert.deepEqual(open.cursor, { packet: 0, step: 5 });
  assert.deepEqual(open.breakpoints, [{ line: 2, condition: null }, { line: 4, condition: "r1 > 9" }]);
  assert.equal(open.history.length, 0);
  assert.equal(open.revision, ready.revision + 1);
});
