import assert from "node:assert/strict";
import test from "node:test";
import { append, appendTimed, duplicate, INTERVAL, move, remove, replace, timesOf, timeText } from "./packetList.ts";

const LIST = { packets: ["aa", "bb", "cc"], times: [0, 500, 900] };

test("times that were never said are a millisecond apart and never go back", () => {
  assert.deepEqual(timesOf({ packets: ["aa", "bb"], times: [] }), [0, INTERVAL]);
  assert.deepEqual(timesOf({ packets: ["aa", "bb", "cc"], times: [0, 5_000_000] }), [0, 5_000_000, 5_000_000]);
});

test("new packets come after the last", () => {
  assert.deepEqual(append(LIST, ["dd", "ee"], 40), { packets: ["aa", "bb", "cc", "dd", "ee"], times: [0, 500, 900, 940, 980] });
  assert.deepEqual(append({ packets: [], times: [] }, ["dd"]).times, [0]);
  assert.deepEqual(appendTimed(LIST, ["dd", "ee"], [0, 7]).times, [0, 500, 900, 900 + INTERVAL, 900 + INTERVAL + 7]);
});

test("taking out the first makes the next the beginning", () => {
  assert.deepEqual(remove(LIST, 0), { packets: ["bb", "cc"], times: [0, 400] });
  assert.deepEqual(remove(LIST, 2), { packets: ["aa", "bb"], times: [0, 500] });
});

test("copies, replacements and moves keep the times in order", () => {
  assert.deepEqual(duplicate(LIST, 1), { packets: ["aa", "bb", "bb", "cc"], times: [0, 500, 500, 900] });
  assert.deepEqual(replace(LIST, 1, "ff").packets, ["aa", "ff", "cc"]);
  assert.deepEqual(move(LIST, 0, 2), { packets: ["bb", "cc", "aa"], times: LIST.times });
  assert.equal(move(LIST, 0, 3), LIST);
});

test("times for people", () => {
  assert.deepEqual([0, 2_500, 1_500_000, 40_000_000, 12_204_518_010].map(timeText), ["+0 ns", "+3 µs", "+1.5 ms", "+40 ms", "+12.205 s"]);
});
