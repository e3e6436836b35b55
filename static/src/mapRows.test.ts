import assert from "node:assert/strict";
import test from "node:test";
import { STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { stateAt } from "./fold.ts";
import { changeText, foldZeros, mapRows } from "./mapRows.ts";
import { pastOf, type MapWrite } from "./past.ts";
import type { MapChange, MapView } from "./schemas.ts";

const ADD = STEPS.findIndex(({ pc }) => pc === 19);
const rows = (step: number) => mapRows(stateAt(WINDOW_REPLY, step).maps[0]!, pastOf(WINDOW_REPLY).mapWrites, step);

test("an entry tells what this packet did to it, and that it was just now", () => {
  assert.equal(rows(ADD)[0]?.write, undefined);
  const [row] = rows(ADD + 1);
  assert.deepEqual([row?.entry.value_text, row?.just, row?.write?.pc], ["11", true, 19]);
  assert.equal(rows(ADD + 2)[0]?.just, false);
});

function write(step: number, key: string, a: string | null, b: string | null): MapWrite {
  const change: MapChange = { k: "map", map: 0, key, key_text: key, cpu: null, a, b, a_text: a, b_text: b };
  return { step, pc: step, change };
}

test("what was deleted stays in sight, unless it came back", () => {
  const map: MapView = { index: 0, count: 0, entries: [] };
  assert.deepEqual(mapRows(map, [write(3, "aa", "01", null)], 4).map(({ id, gone, just }) => [id, gone, just]), [["aa", true, true]]);
  assert.deepEqual(mapRows(map, [write(3, "aa", "01", null)], 3), []);
  const back: MapView = { index: 0, count: 1, entries: [{ key: "aa", key_text: "aa", value: "02", value_text: "2", cpu: null }] };
  assert.deepEqual(mapRows(back, [write(3, "aa", "01", null), write(5, "aa", null, "02")], 9).map(({ gone }) => gone), [false]);
});

test("stretches of zeros fold into one line", () => {
  const entries = [0, 0, 0, 7, 0, 0].map((value, i) => ({ key: `0${i}`, key_text: `${i}`, value: `0${value}`, value_text: `${value}`, cpu: null }));
  const folded = foldZeros(mapRows({ index: 0, count: 6, entries }, [], 0));
  assert.deepEqual(folded.map((row) => ("count" in row ? `${row.from}–${row.to}` : row.id)), ["0–2", "03", "04", "05"]);
});

test("a change in words", () => {
  assert.deepEqual([changeText({ a: "10", b: "11" }), changeText({ a: null, b: "1" }), changeText({ a: "1", b: null })], ["10 → 11", "new", "deleted, was 1"]);
});
