import assert from "node:assert/strict";
import test from "node:test";
import { RUN, WINDOW_REPLY } from "../fixtures/syn_guard.ts";
import type { BlockView, EdgeView, GraphView } from "../schemas.ts";
import { blockOf, edgeCount, labelAt, lineOf, pcOfLine, routePath, walkedEdges } from "./cfg.ts";

function block(id: number, first: number, last: number, label: string | null = null): BlockView {
  const pcs = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return { id, first, last, head: `${first}–${last}`, label, function: "f", pcs, lines: pcs.map((pc) => `pc ${pc}`), reachable: true, loop_depth: 0, x: 0, y: 0, width: 10, height: 10 };
}

function edge(source: number, target: number, kind: string): EdgeView {
  return { source, target, kind, back: false, points: [{ x: 0, y: 0 }, { x: 0, y: 10 }] };
}

const FALL = edge(0, 1, "fall-through");
const JUMP = edge(0, 2, "taken");
const GRAPH: GraphView = { width: 10, height: 10, blocks: [block(0, 0, 5), block(1, 6, 20), block(2, 21, 24, "pass")], edges: [FALL, JUMP] };

test("instructions find their block and their line, also where a long block leaves lines out", () => {
  assert.equal(blockOf(GRAPH, 7)?.id, 1);
  const long = { ...GRAPH.blocks[1]!, lines: ["pc 6", "pc 7", "… 12 more", "pc 20"] };
  assert.deepEqual([lineOf(long, 6), lineOf(long, 12), lineOf(long, 20)], [0, 2, 3]);
  assert.deepEqual([pcOfLine(long, 1), pcOfLine(long, 2), pcOfLine(long, 3)], [7, null, 20]);
});

test("an edge counts its side of the branch", () => {
  const run = { ...RUN, coverage: { 5: 24 }, taken: { 5: [20, 4] as [number, number] } };
  assert.deepEqual([edgeCount(GRAPH, FALL, run), edgeCount(GRAPH, JUMP, run)], [20, 4]);
  assert.equal(edgeCount(GRAPH, FALL, null), null);
  assert.equal(edgeCount(GRAPH, FALL, { ...run, taken: {} }), 24);
});

test("edges are walked once their jump has run, and only those", () => {
  assert.equal(walkedEdges(GRAPH, 0, WINDOW_REPLY, 5).walked.size, 0);
  const at = walkedEdges(GRAPH, 0, WINDOW_REPLY, 6);
  assert.deepEqual([[...at.walked], at.just], [[FALL], FALL]);
  assert.equal(walkedEdges(GRAPH, 0, WINDOW_REPLY, 8).just, null);
});

test("routes turn with round corners", () => {
  assert.equal(routePath([{ x: 0, y: 0 }, { x: 0, y: 20 }]), "M0 0L0 20");
  assert.equal(routePath([{ x: 0, y: 0 }, { x: 0, y: 20 }, { x: 30, y: 20 }]), "M0 0L0 14Q0 20 6 20L30 20");
});

test("the counts of two ways out of a block stand apart", () => {
  const points = [{ x: 5, y: 5 }, { x: 5, y: 50 }];
  assert.deepEqual(labelAt({ ...FALL, points }), { x: 1, y: 17, anchor: "end" });
  assert.deepEqual(labelAt({ ...JUMP, points }), { x: 9, y: 15, anchor: "start" });
});
