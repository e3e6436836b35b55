import assert from "node:assert/strict";
import { test } from "node:test";
import { STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { resume } from "./resume.ts";

const lines = new Map(STEPS.map(({ pc }) => [pc, pc + 10]));

test("the nearest run of the same line, wherever the edit moved it", () => {
  const loop = { ...WINDOW_REPLY, steps: [...STEPS.slice(0, 10), ...STEPS.slice(0, 10)] };
  assert.deepEqual(resume({ at: "line", step: 15, line: 13 }, 20, loop, lines), { step: 13, notice: "" });
  assert.deepEqual(resume({ at: "line", step: 2, line: 13 }, 20, loop, lines), { step: 3, notice: "" });
});

test("a line that is gone or does not run is said, and the step stays within the run", () => {
  assert.deepEqual(resume({ at: "line", step: 99, line: null }, 22, WINDOW_REPLY, lines), { step: 22, notice: "The line you were on is gone." });
  assert.deepEqual(resume({ at: "line", step: 4, line: 77 }, 22, WINDOW_REPLY, lines), { step: 4, notice: "Line 77 does not run here now." });
});

test("the two ends stay the ends", () => {
  assert.equal(resume({ at: "start" }, 22, null, lines).step, 0);
  assert.equal(resume({ at: "end" }, 30, null, lines).step, 30);
});
