import assert from "node:assert/strict";
import { test } from "node:test";
import { countSaid, loopSaid, stoppedSaid, walkedOf } from "./underWay.ts";

test("how far a walk is", () => {
  assert.equal(countSaid(214_000, 1_000_000), "Verifying, 214,000 of at most 1,000,000.");
});

test("the deepest loop, by its line where it has one", () => {
  assert.equal(loopSaid(null), "");
  assert.equal(loopSaid({ pc: 2, line: 6, depth: 2, turns: 53_308 }), "Deepest loop: at line 6, 2 loops deep, 53,308 turns.");
  assert.equal(loopSaid({ pc: 2, line: null, depth: 1, turns: 1 }), "Deepest loop: at pc 2, 1 turn.");
});

test("who stopped a walk", () => {
  assert.equal(stoppedSaid({ processed: 100_001, limit: 100_000 }), "Undecided: this server stopped after 100,000 instructions.");
  assert.equal(stoppedSaid({ processed: 214_007, limit: 1_000_000 }), "Undecided: stopped after 214,007 instructions.");
});

test("the instruction that a limit stops at is not walked", () => {
  assert.equal(walkedOf({ stopped: true, processed: 100_001, limit: 100_000 }), 100_000);
  assert.equal(walkedOf({ stopped: true, processed: 214_007, limit: 1_000_000 }), 214_007);
  assert.equal(walkedOf({ stopped: false, processed: 1_000_001, limit: 1_000_000 }), 1_000_001);
});
