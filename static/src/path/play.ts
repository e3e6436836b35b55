// Playing: a head goes over the time of a simulation, and with it all that is in flight. Nothing here draws.
import { effect, signal } from "@preact/signals";
import { isFailure } from "../api.ts";
import type { FlightsReply, SimulationProgress, TimelineReply } from "../schemas.ts";
import { ask } from "../socket.ts";
import { Flights, type Drawn } from "./flights.ts";
import { placed } from "./geometry.ts";
import * as state from "./state.ts";
import { HOP, wayOf, type Way } from "./ways.ts";

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 16, 64] as const;
export const playing = signal(false);
export const speed = signal(1);
export const flights = signal<Flights | null>(null);
/** Of those in flight every how manieth is drawn. */
export const every = signal(1);

/** A frame that is late does not make the head leap. */
const LONGEST_FRAME = 100;
/** Who wants less motion sees the moments apart so far, in ms. */
const LEAP = 450;
/** Of what happens while it is simulated so many are drawn, until the next are told. */
const LIVE = 120;
const LIVE_MS = 320;

const still = matchMedia("(prefers-reduced-motion: reduce)");
type Watcher = (head: number) => void;
const watchers = new Set<Watcher>();
let head = 0;
let asked = 0;
let last: number | null = null;
let leapt = 0;
/** The hop was changed by playing, so that playing needs not follow it. */
let own = false;

interface Live {
  index: number;
  way: Way;
  born: number;
}

let live: Live[] = [];

/** Calls `watcher` in each frame in which the head is elsewhere; returns what ends that. */
export function watch(watcher: Watcher): () => void {
  watchers.add(watcher);
  redraw();
  return () => watchers.delete(watcher);
}

export function headNow(): number {
  return head;
}

/** Has the next frame drawn. */
export function redraw(): void {
  if (asked === 0) asked = requestAnimationFrame(frame);
}

function frame(now: number): void {
  asked = 0;
  const passed = last === null ? 0 : Math.min(LONGEST_FRAME, now - last);
  last = null;
  if (playing.peek()) {
    advance(passed);
    last = now;
  }
  live = live.filter(({ born, way }) => now - born < way.lasts);
  for (const watcher of watchers) watcher(head);
  if (playing.peek() || live.length > 0) redraw();
}

function advance(passed: number): void {
  const found = flights.peek();
  if (found === null) return;
  leapt += passed;
  if (still.matches && leapt < LEAP) return;
  head = Math.min(found.total, head + (still.matches ? leapt : passed) * speed.peek());
  leapt = 0;
  if (head >= found.total) playing.value = false;
  void fetchNeeded();
  follow();
}

/** The event that is looked at is at the hop where the head finds it. */
function follow(): void {
  const now = state.event.peek();
  const found = flights.peek();
  if (now === null || found === null || now.hops.length === 0) return;
  const hop = Math.floor((head - found.at(now.row.time_ns)) / HOP + 1e-6);
  const to = Math.max(0, Math.min(now.hops.length - 1, hop));
  if (to === state.hop.peek()) return;
  own = true;
  state.hop.value = to;
  own = false;
}

/** Calls `draw` for what is in flight now: of a simulation that has run, or of what one told last. */
export function inFlight(draw: Drawn): void {
  const found = flights.peek();
  if (found !== null) {
    const drawn = found.inFlight(head, still.matches ? (index, way, age) => draw(index, way, Math.floor(age / HOP) * HOP) : draw);
    if (drawn !== every.peek()) every.value = drawn;
    return;
  }
  const now = performance.now();
  for (const { index, way, born } of live) if (now >= born) draw(index, way, now - born);
}

export function seek(to: number): void {
  const found = flights.peek();
  if (found === null) return;
  head = Math.max(0, Math.min(found.total, to));
  void fetchNeeded();
  follow();
  redraw();
}

export function pause(): void {
  playing.value = false;
}

export function toggle(): void {
  const found = flights.peek();
  if (found === null) return;
  if (!playing.peek() && head >= found.total) seek(0);
  playing.value = !playing.peek();
  last = null;
  leapt = LEAP;
  redraw();
}

let fetching = false;

async function fetchNeeded(): Promise<void> {
  const found = flights.peek();
  if (found === null || fetching) return;
  const [chunk = found.following(head)] = found.needed(head);
  if (chunk === null) return;
  fetching = true;
  const answer = await ask<FlightsReply>("simulate:flights", { simulation: found.timeline.simulation, chunk });
  fetching = false;
  if (answer === null || isFailure(answer) || flights.peek() !== found) return;
  found.add(answer);
  redraw();
  if (found.needed(head).length > 0) void fetchNeeded();
}

function stations() {
  return new Map(placed(state.stations.peek()).map((station) => [station.id, station]));
}

/** Lays out a simulation that has run. */
export async function prepare(simulation: string): Promise<void> {
  const [timeline, first] = await Promise.all([
    ask<TimelineReply>("simulate:timeline", { simulation }),
    ask<FlightsReply>("simulate:flights", { simulation, chunk: 0 }),
  ]);
  if (timeline === null || first === null || isFailure(timeline) || isFailure(first) || simulation !== state.simulation.peek()) return;
  live = [];
  head = 0;
  flights.value = new Flights(timeline, first, stations());
  toEvent();
}

/** Nothing is laid out any more: another simulation begins. */
export function clear(): void {
  playing.value = false;
  flights.value = null;
  every.value = 1;
  redraw();
}

let listening = false;

/** While it is simulated, the latest happenings fly: the last of them as soon as the next are told. */
export async function showLive({ simulation, last: rows }: SimulationProgress): Promise<void> {
  const index = rows.at(-1)?.index;
  if (index === undefined || listening || still.matches || document.hidden) return;
  listening = true;
  const answer = await ask<FlightsReply>("simulate:flights", { simulation, chunk: Math.floor(index / 4096) });
  listening = false;
  if (answer === null || isFailure(answer) || state.progress.peek()?.simulation !== simulation) return;
  const by = stations();
  const ways = answer.routes.map((route) => wayOf(route, by));
  const from = Math.max(0, answer.indexes.length - LIVE);
  const now = performance.now();
  for (let n = from; n < answer.indexes.length; n += 1) {
    const way = ways[answer.ways[n] ?? 0];
    if (way !== undefined) live.push({ index: answer.indexes[n] ?? 0, way, born: now + ((n - from) / LIVE) * LIVE_MS });
  }
  redraw();
}

/** The head goes to the event that is looked at, at its hop. */
function toEvent(): void {
  const now = state.event.peek();
  const found = flights.peek();
  if (now === null || found === null) return;
  head = found.at(now.row.time_ns) + state.hop.peek() * HOP;
  void fetchNeeded();
  redraw();
}

/** From now on the head goes where somebody looks. */
export function startPlaying(): void {
  effect(() => {
    void [state.event.value, state.hop.value];
    if (!own) toEvent();
  });
}
