import assert from "node:assert/strict";
import test from "node:test";
import type { Draft } from "./autosave.ts";
import { recent, whenText } from "./recent.ts";
import { NO_INPUTS } from "./state.ts";

const draft: Draft = {
  id: null,
  title: "mine",
  version: 0,
  inputs: { ...NO_INPUTS, packets: ["aa", "bb"] },
  place: { packet: 1, step: 24, breakpoints: [], conditions: {}, panes: {} },
  dirty: true,
};
const row = { id: "w1", title: "kept", saved_at: "2026-01-02T10:00:00Z", version: 3 };

test("unsaved work comes first, and the place is told where this browser knows it", () => {
  const rows = recent([row], 3, (id) => (id === null ? draft : null));
  assert.deepEqual(rows.map(({ href, place }) => [href, place]), [["/workbench", "At packet 2 of 2, step 24."], ["/w/w1", ""]]);
});

test("nothing kept anywhere is an empty list", () => {
  assert.deepEqual(recent([], 3, () => null), []);
});

test("times as people say them", () => {
  const now = new Date(2026, 2, 12, 20, 0);
  assert.equal(whenText(new Date(2026, 2, 12, 18, 40).toISOString(), now), "today 18:40");
  assert.equal(whenText(new Date(2026, 2, 11, 9, 5).toISOString(), now), "yesterday 09:05");
  assert.equal(whenText(new Date(2026, 1, 3, 9, 5).toISOString(), now), "3 February, 09:05");
  assert.equal(whenText("nonsense", now), "");
});
