import assert from "node:assert/strict";
import test from "node:test";
import { RUN } from "../fixtures/syn_guard.ts";
import type { PacketRun, StationVisit } from "../schemas.ts";
import { stops } from "./path.ts";

const visit = (station: string, verdict: string | null = null): StationVisit => ({ station, title: station, verdict, note: "" });
const dropped: PacketRun = { ...RUN.packets[0]!, journey: [visit("nic"), visit("xdp", "XDP_DROP"), { ...visit("dropped"), note: "by the program" }] };

test("a dropped packet ends at its program, and what follows is never reached", () => {
  const way = stops(dropped, false);
  assert.deepEqual(way.slice(0, 3).map(({ state }) => state), ["past", "end", "future"]);
  assert.deepEqual([way[1]?.verdict, way[1]?.note], ["XDP_DROP", "by the program"]);
  assert.equal(way.length, 7);
});

test("while the program runs the packet is there, and its verdict is not told", () => {
  const way = stops(dropped, true);
  assert.deepEqual(way.slice(0, 3).map(({ state, verdict }) => [state, verdict]), [["past", null], ["here", null], ["future", null]]);
});

test("before any run everything is to come", () => {
  assert.ok(stops(null, false).every(({ state }) => state === "future"));
});
