import assert from "node:assert/strict";
import test from "node:test";
import { STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { stateAt } from "./fold.ts";
import { pastOf } from "./past.ts";
import { changeNote, registerNames, registerRows, type DeadRow } from "./registers.ts";

const at = (step: number) => {
  const previous = step > 0 ? stateAt(WINDOW_REPLY, step - 1) : null;
  return registerRows(stateAt(WINDOW_REPLY, step), previous, pastOf(WINDOW_REPLY), step);
};
const dead = (step: number) => at(step).filter((row): row is DeadRow => row.kind === "dead");

test("registers that were never written are one row per stretch", () => {
  assert.deepEqual(dead(0).map(({ numbers }) => registerNames(numbers)), ["r0", "r2–r9"]);
  assert.ok(dead(0).every(({ written, since }) => !written && since === undefined));
});

test("what a call made unreadable names the call, apart from what was never written", () => {
  const after = STEPS.findIndex(({ pc }) => pc === 16) + 1;
  const [lost, never] = dead(after);
  assert.equal(registerNames(lost!.numbers), "r1–r5");
  assert.equal(lost!.since?.pc, 16);
  assert.equal(never?.written, false);
});

test("a live register tells what it was and who set it", () => {
  const row = at(1).find((row) => row.kind === "live" && row.n === 6);
  assert.ok(row?.kind === "live" && row.was !== null && row.since?.pc === 0);
  assert.equal(changeNote(row), "first value");
  assert.equal(changeNote({ ...row, first: false }), "was unreadable");
  assert.equal(changeNote({ ...row, first: false, was: row.value }), "as before");
  assert.equal(changeNote({ ...row, was: null }), "");
});

test("two registers are named apart, more as a range", () => {
  assert.equal(registerNames([8, 9]), "r8, r9");
  assert.equal(registerNames([2, 3, 4, 5]), "r2–r5");
});
