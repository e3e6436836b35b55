import assert from "node:assert/strict";
import test from "node:test";
import type { MetricSeries } from "../schemas.ts";
import { bars, BOX, LINE, lines, short, stack, ticks } from "./charts.ts";

function series(...points: number[]): MetricSeries {
  return { labels: [["a", "b"]], value: "1", entries: [], points, bars: [] };
}

test("an axis ends at a round number no lower than the largest", () => {
  assert.deepEqual(ticks(1.25), [0, 0.5, 1, 1.5]);
  assert.deepEqual(ticks(0.4), [0, 0.1, 0.2, 0.3, 0.4]);
  assert.deepEqual(ticks(7), [0, 2, 4, 6, 8]);
  assert.deepEqual(ticks(0), [0, 1]);
  for (const most of [0.003, 1, 9, 10, 11, 99, 12345]) {
    const found = ticks(most);
    assert.ok((found.at(-1) ?? 0) >= most && found.length <= 6, String(most));
  }
});

test("a number is said shortly", () => assert.deepEqual([0.25, 15, 1200, 12_345, 3e6].map(short), ["0.25", "15", "1200", "12.3k", "3M"]));

test("a line runs from the first point to the last, the largest on top of the others", () => {
  const { drawn, y } = lines({ series: [series(0, 4), series(1, 1)] }, 1);
  assert.deepEqual(drawn.map(({ at }) => at), [1, 0]);
  assert.equal(drawn[1]?.path, `M${LINE.left}.0 ${LINE.bottom}.0L${LINE.right}.0 ${LINE.top}.0`);
  assert.equal(y(0), LINE.bottom);
});

test("pieces of a column stand on one another and keep their proportions", () => {
  const { pieces, marks } = stack({ series: [series(3, 0), series(1, 2)] }, 2);
  const [pass, drop, later] = pieces;
  assert.equal(pieces.length, 3);
  assert.equal(marks.at(-1), 4);
  assert.ok(pass && drop && later);
  assert.equal(pass.y + pass.height, BOX.bottom);
  assert.equal(drop.y + drop.height, pass.y);
  assert.equal(pass.height, 3 * drop.height);
  assert.ok(later.x > pass.x);
});

test("bars are as high as their counts, and only some say where they begin", () => {
  const found = bars([1, 2, 4, 8, 16, 32].map((count) => ({ low: String(count), high: String(2 * count), count })));
  assert.equal(found.filter(({ said }) => said).length, 3);
  assert.ok(Math.abs((found[5]?.height ?? 0) / (found[4]?.height ?? 1) - 2) < 1e-9);
});
