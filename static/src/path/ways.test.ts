import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlightRoute, FlightsReply, StationView, TimelineReply } from "../schemas.ts";
import { behind, Flights } from "./flights.ts";
import { reached } from "./reach.ts";
import { END, FALL, HOP, spotOf, wayOf, type Spot } from "./ways.ts";

function station(id: string, x: number, y: number, track: StationView["track"] = "ingress"): [string, StationView] {
  return [id, { id, title: id, kernel: "", also: [], doc: "", track, x, y, leads: {}, hooks: [] }];
}

const BY = new Map([station("nic", 0, 100), station("xdp", 100, 100), station("skb", 200, 100), station("out", 200, 300, "egress"), station("lsm", 900, 100, "around")]);
const ROUTE: FlightRoute = { stations: ["nic", "xdp", "skb", "out"], packets: [0, 0, 0, 1], ends: [{ packet: 0, station: "skb", end: "delivered", effect: "pass" }, { packet: 1, station: "out", end: "dropped", effect: "drop" }], denied: true };

function at(track: number, age: number, route = ROUTE): Spot | null {
  const spot: Spot = { x: 0, y: 0, ended: 0 };
  const found = wayOf(route, BY).tracks[track];
  return found !== undefined && spotOf(found, age, spot) ? { ...spot } : null;
}

test("a packet is between two stations as its age says", () => {
  assert.deepEqual(at(0, 0), { x: 0, y: 100, ended: 0 });
  assert.deepEqual(at(0, 1.5 * HOP), { x: 150, y: 100, ended: 0 });
});

test("where it ended it is seen for a moment, and then no more", () => {
  assert.deepEqual(at(0, 2 * HOP + END / 2), { x: 200, y: 100, ended: 0.5 });
  assert.equal(at(0, 2 * HOP + END), null);
});

test("an answer begins where it is made, and falls up at the way out", () => {
  assert.equal(at(1, 2 * HOP), null);
  assert.equal(at(1, 3 * HOP + 0.999 * END)?.y, 300 - FALL);
});

test("what is no packet is seen at its hook and does not fall", () => {
  const way = wayOf({ stations: ["lsm"], packets: [0], ends: [], denied: true }, BY);
  assert.deepEqual([way.tracks[0]?.tone, way.tracks[0]?.fall, way.lasts], ["drop", 0, END]);
});

const TIMELINE: TimelineReply = { simulation: "s", begin_ns: 1_000, end_ns: 11_000, count: 3, size: 4096, starts_ns: [1_000], ended: {} };
const FIRST: FlightsReply = { simulation: "s", chunk: 0, routes: [ROUTE], indexes: [0, 1, 2], times_ns: [1_000, 6_000, 11_000], ways: [0, 0, 0] };

test("in flight is what has begun and not ended", () => {
  const flights = new Flights(TIMELINE, FIRST, BY);
  const seen = (head: number) => {
    const found: number[] = [];
    flights.inFlight(head, (index) => found.push(index));
    return found;
  };
  assert.deepEqual(seen(0), [0]);
  assert.deepEqual(seen(flights.base / 2), [1]);
  assert.deepEqual(seen(flights.total), []);
  assert.equal(flights.timeAt(flights.at(6_000)), 6_000);
});

test("a chunk that is not there is asked for", () => {
  const flights = new Flights({ ...TIMELINE, count: 5_000, starts_ns: [1_000, 9_000] }, FIRST, BY);
  assert.deepEqual(flights.needed(0), []);
  assert.deepEqual(flights.needed(flights.at(9_500)), [1]);
  assert.equal(flights.following(0), 1);
});

test("how many times are not later than one", () => {
  const times = Float64Array.from([1, 2, 2, 5]);
  assert.deepEqual([0, 1, 2, 4, 5, 9].map((time) => behind(times, time)), [0, 1, 3, 3, 4, 4]);
});

test("an arrow leads to the nearest station ahead, and nowhere at the edge", () => {
  const all = [...BY.values()];
  const go = (id: string, dx: number, dy: number) => reached(all, BY.get(id)!, [dx, dy]);
  assert.deepEqual([go("nic", 1, 0), go("skb", 0, 1), go("skb", -1, 0), go("nic", -1, 0)], ["xdp", "out", "xdp", null]);
});
