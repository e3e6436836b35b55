import assert from "node:assert/strict";
import { test } from "node:test";
import { STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { resume, type Anchor } from "./resume.ts";

const at = (step: number, pc: number | null): Anchor => ({ at: "line", step, program: 0, pc });

test("the nearest run of the same line, wherever the edit moved it", () => {
  const loop = { ...WINDOW_REPLY, steps: [...STEPS.slice(0, 10), ...STEPS.slice(0, 10)] };
  assert.deepEqual(resume(at(15, 3), 20, loop, 9), { step: 13, notice: "" });
  assert.deepEqual(resume(at(2, 3), 20, loop, 9), { step: 3, notice: "" });
});

test("a line that is gone or does not run is said, and the step stays within the run", () => {
  assert.deepEqual(resume(at(99, null), 22, WINDOW_REPLY, undefined), { step: 22, notice: "The line you were on is gone." });
  assert.deepEqual(resume(at(4, 77), 22, WINDOW_REPLY, 12), { step: 4, notice: "Line 12 does not run here now." });
});

test("the two ends stay the ends", () => {
  assert.equal(resume({ at: "start" }, 22, undefined, undefined).step, 0);
  assert.equal(resume({ at: "end" }, 30, undefined, undefined).step, 30);
});
