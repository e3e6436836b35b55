import assert from "node:assert/strict";
import { test } from "node:test";
import type { WalkEdge, WalkPath } from "../schemas.ts";
import { edgesOf, forkFrom, pathFrom, pathSaid, placeOf, trailTo, untried, visitOf, visitsOf, wayOf, type Trail } from "./paths.ts";

function path(id: number, parent: number, forked: number, first: number, last: number, end: WalkPath["end"], by: number | null = null): WalkPath {
  return { id, parent, forked, pc: 0, first, last, end, by, speculative: false };
}

/** 0 1 2 3, then from the fork at step 2: 5 3; the last is cut. */
const TRAIL: Trail = {
  indexes: [1, 2, 3, 4, 5, 6],
  pcs: [0, 1, 2, 3, 5, 3],
  paths_of: [1, 1, 1, 1, 2, 2],
  paths: [path(1, 0, 0, 1, 4, "exit"), path(2, 1, 2, 5, 6, "pruned", 4)],
  forks: [
    { step: 2, pc: 1, other: 5, path: 1, child: 2 },
    { step: 5, pc: 5, other: 9, path: 2, child: null },
  ],
};

test("a step's place: by its number, also where steps were left out", () => {
  assert.equal(placeOf([1, 2, 3], 2), 1);
  assert.equal(placeOf([1, 2, 90, 91], 91), 3);
  assert.equal(placeOf([1, 2, 90, 91], 50), 1);
  assert.equal(placeOf([5, 6], 1), 0);
});

test("forks: the next, the one before, and the ends beyond them", () => {
  assert.equal(forkFrom(TRAIL, 0, 1), 1);
  assert.equal(forkFrom(TRAIL, 1, 1), 4);
  assert.equal(forkFrom(TRAIL, 4, 1), 5);
  assert.equal(forkFrom(TRAIL, 4, -1), 1);
  assert.equal(forkFrom(TRAIL, 1, -1), 0);
});

test("paths: on to the next one's start, back to this one's, then to the one before", () => {
  assert.equal(pathFrom(TRAIL, 0, 1), 4);
  assert.equal(pathFrom(TRAIL, 4, 1), 5);
  assert.equal(pathFrom(TRAIL, 5, -1), 4);
  assert.equal(pathFrom(TRAIL, 4, -1), 0);
  assert.equal(pathFrom(TRAIL, 0, -1), 0);
});

test("visits of a slot: the last at or before here, else the first after", () => {
  assert.deepEqual(visitsOf(TRAIL, 3), [3, 5]);
  assert.equal(visitOf(TRAIL, 3, 5), 5);
  assert.equal(visitOf(TRAIL, 3, 4), 3);
  assert.equal(visitOf(TRAIL, 3, 0), 3);
  assert.equal(visitOf(TRAIL, 7, 0), null);
});

test("the trail to a place goes through the fork its path began at", () => {
  const trail = trailTo(TRAIL, 5);
  assert.deepEqual(trail.map((at) => TRAIL.pcs[at]), [0, 1, 5, 3]);
  assert.deepEqual([...edgesOf(TRAIL.pcs, trail)], ["0>1", "1>5", "5>3"]);
});

test("what became of a way", () => {
  const edges = new Map<string, WalkEdge>([
    ["0>1", { source: 0, target: 1, walked: 2, cut: 0 }],
    ["5>3", { source: 5, target: 3, walked: 0, cut: 1 }],
  ]);
  assert.equal(wayOf(edges, new Set(), 0, 1), "walked");
  assert.equal(wayOf(edges, new Set(["0>1"]), 0, 1), "bad");
  assert.equal(wayOf(edges, new Set(), 5, 3), "cut");
  assert.equal(wayOf(edges, new Set(), 1, 2), "never");
});

test("a path in words", () => {
  assert.equal(pathSaid(TRAIL.paths[0]!), "Path 1 starts the walk, and reaches the program's exit.");
  assert.equal(pathSaid(TRAIL.paths[1]!), "Path 2 forks off at step 2, taken up at step 5, and is cut: the state of step 4 covers it (pruned).");
  assert.equal(untried(TRAIL.forks), 1);
});
