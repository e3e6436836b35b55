import assert from "node:assert/strict";
import { test } from "node:test";
import { STEPS, WINDOW_REPLY } from "../fixtures/syn_guard.ts";
import { kindAt, lastRun, nearestRun } from "./facts.ts";

const twice = { ...WINDOW_REPLY, first: 100, steps: [...STEPS.slice(0, 20), ...STEPS.slice(0, 20)] };

test("the last run of an instruction before the place in time", () => {
  assert.equal(lastRun(twice, 0, 10, 110), -1);
  assert.equal(lastRun(twice, 0, 10, 111), 10);
  assert.equal(lastRun(twice, 0, 10, 140), 30);
  assert.equal(lastRun(twice, 0, 99, 140), -1);
});

test("before its first run, the nearest run is the one to come", () => {
  assert.equal(nearestRun(twice, 0, 10, 100), 10);
  assert.equal(nearestRun(twice, 0, 99, 100), -1);
});

test("registers have the kinds they held, before and after", () => {
  assert.equal(kindAt(twice, 0, 1, false), "ctx");
  assert.equal(kindAt(twice, 2, 7, false), "none");
  assert.equal(kindAt(twice, 2, 7, true), "pkt");
  assert.equal(kindAt(twice, 15, 0, true), "map");
});
