import assert from "node:assert/strict";
import { test } from "node:test";
import { STEPS } from "./fixtures/syn_guard.ts";
import type { Mark, StepView } from "./schemas.ts";
import * as score from "./score.ts";

test("short runs are shown whole", () => {
  assert.deepEqual(score.spanAround(7, 22, 22), { from: 0, to: 22 });
});

test("whatever the step, the playhead is inside its span and the span inside the run", () => {
  for (const centred of [false, true]) {
    for (const columns of [8, 120]) {
      for (let step = 0; step <= 1000; step += 1) {
        const { from, to } = score.spanAround(step, 1000, columns, centred);
        assert.equal(to - from, columns);
        assert.ok(from >= 0 && to <= 1000 && from <= step && step <= to, `${step} in ${from}..${to}`);
      }
    }
  }
});

test("pages overlap: away from the ends, a quarter of the page is on either side", () => {
  for (let step = 120; step < 880; step += 1) {
    const { from, to } = score.spanAround(step, 1000, 120);
    assert.ok(step - from >= 30 && to - step >= 30, `${step} in ${from}..${to}`);
  }
});

test("columns: at most 120, at least 8, never more than there are steps", () => {
  assert.equal(score.columnsFor(1260, 5000, 9), 120);
  assert.equal(score.columnsFor(376, 5000, 36), 8);
  assert.equal(score.columnsFor(1260, 22, 9), 22);
});

test("a pointer reaches every state of the span, ends included", () => {
  const span = { from: 40, to: 50 };
  const reached = new Set<number>();
  for (let x = 0; x <= 1000; x += 1) reached.add(score.stepAtX(x, 1000, span));
  assert.deepEqual([...reached], [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
});

const views = STEPS.map((view, step) => ({ step, view }));

test("with room every mark has its words; without, marks are thin and still all there", () => {
  assert.ok(score.place("reads", views, 60).every(({ thin }) => !thin));
  const tight = score.place("reads", views, 9);
  assert.equal(tight.length, score.place("reads", views, 60).length);
  assert.ok(tight.some(({ thin }) => thin));
});

test("a word stands off its column's middle rather than be left out, and still covers it", () => {
  const named = (step: number, text: string) => ({ step, view: { ...STEPS[0]!, mark: { lane: "reads", kind: "ctx", text, write: false, taken: null } } as StepView });
  const [first, second] = score.place("reads", [named(1, "data_end"), named(2, "data"), named(6, "type")], 34);
  assert.ok(!first!.thin && !second!.thin);
  assert.ok(first!.shift <= 0 && second!.shift > 0 && second!.shift < 16);
});

test("a word too long for its room is cut short, and keeps inside what is shown", () => {
  const named = (step: number, text: string) => ({ step, view: { ...STEPS[0]!, mark: { lane: "reads", kind: "ctx", text, write: false, taken: null } } as StepView });
  const [first, second] = score.place("reads", [named(1, "data_end"), named(2, "data")], 18, { from: 0, to: 8 });
  assert.equal(first!.text, "data…");
  assert.equal(second!.text, "data");
  const [edge] = score.place("reads", [named(9, "ingress_ifindex")], 36, { from: 8, to: 16 });
  assert.ok((9 + 0.5) * 36 + edge!.shift - (edge!.text.length * 5.8 + 8) / 2 >= 8 * 36);
});

test("words never run into the next mark", () => {
  const mark = (text: string): Mark => ({ lane: "map", kind: "map", text, write: false, taken: null });
  const row = ["aaaa", "bb", "cccccccc", "d"].map((text, i) => ({ step: i * 3, view: { ...STEPS[0]!, mark: mark(text) } as StepView }));
  for (const each of [4, 9, 20, 60]) {
    const placed = score.place("map", row, each);
    for (let i = 1; i < placed.length; i += 1) {
      const middle = ({ step, shift }: score.Placed) => (step + 0.5) * each + shift;
      const half = ({ text, thin }: score.Placed) => (thin ? 3 : (text.length * 5.8 + 8) / 2);
      const [a, b] = [placed[i - 1]!, placed[i]!];
      if (!a.thin || !b.thin) assert.ok(middle(a) + half(a) <= middle(b) - half(b) + 0.001, `${each}: ${a.mark.text} ${b.mark.text}`);
    }
  }
});

test("arrow keys go from mark to mark of a lane", () => {
  assert.equal(score.nextMark("stack", STEPS, 0, 0, 1), 12);
  assert.equal(score.nextMark("stack", STEPS, 0, 12, 1), null);
  assert.equal(score.nextMark("reads", STEPS, 0, 7, -1), 3);
  assert.equal(score.nextMark("reads", STEPS, 0, 6, -1), 3);
});
