import assert from "node:assert/strict";
import test from "node:test";
import type { MetricFamily } from "../schemas.ts";
import { familyAt, largest, lit } from "./follow.ts";

function family(map: string, first: number, entries: number[][]): MetricFamily {
  const series = entries.map((own, at) => ({ labels: [], value: String(10 - Math.abs(at - 1)), entries: own, points: [], bars: [] }));
  return { name: map, type: "counter", help: "", map, draw: "rate", query: "", first, last: first + 3, lines: [first + 1], total: entries.length, most: 9, drawn: 0, series };
}

const reply = { families: [family("syn_count", 2, [[0], [1, 2]]), family("verdicts", 8, [[0]]), family("syn_count", 14, [[2]])] };

test("an entry leads to every series it is in, and to the rules that read it", () => {
  const found = lit(reply, { map: "syn_count", entry: 2 });
  assert.deepEqual([...found.series], ["0:1", "2:0"]);
  assert.deepEqual([...found.lines], [3, 15]);
  assert.deepEqual([...found.entries], [2]);
});

test("a series leads to the entries it is made of", () => {
  const found = lit(reply, { family: 0, series: 1 });
  assert.equal(found.map, "syn_count");
  assert.deepEqual([...found.entries], [1, 2]);
  assert.deepEqual([...found.families], [0]);
});

test("a whole metric picks none of its map's entries out", () => {
  const found = lit(reply, { family: 0, series: null });
  assert.equal(found.entries.size, 0);
  assert.deepEqual([...found.series], ["0:0", "0:1"]);
});

test("at first the largest number is followed", () => {
  assert.deepEqual(largest(reply), { family: 0, series: 1 });
  assert.equal(largest({ families: null }), null);
});

test("a line belongs to the rule around it", () => {
  assert.equal(familyAt(reply, 5), 0);
  assert.equal(familyAt(reply, 11), 1);
  assert.equal(familyAt(reply, 1), null);
});

test("what is no longer there lights nothing", () => assert.equal(lit(reply, { family: 7, series: 0 }).map, null));
