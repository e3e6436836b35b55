// What is in flight at a moment: the happenings of a simulation in time, fetched in chunks, found by their time.
import type { FlightsReply, StationView, TimelineReply } from "../schemas.ts";
import { wayOf, type Way } from "./ways.ts";

/** How many are to be in flight on average, where there are enough, and how many are drawn at most. */
const WANTED = 360;
const MOST = 720;
/** How long playing everything takes at speed 1, in ms: at least, and for each happening up to a sum. */
const SHORTEST = 2_000;
const EACH = 400;
const SUM = 20_000;

interface Chunk {
  indexes: readonly number[];
  /** When each begins, in ms of playing. */
  starts: Float64Array;
  ways: readonly Way[];
  way: readonly number[];
}

export type Drawn = (index: number, way: Way, age: number) => void;

/** A simulation's happenings, laid out for playing. Times are ms of playing at speed 1, from the first happening on. */
export class Flights {
  readonly timeline: TimelineReply;
  /** How long until the last has begun; and until it has ended. */
  readonly base: number;
  readonly total: number;
  readonly longest: number;
  private readonly chunks = new Map<number, Chunk>();
  private readonly by: ReadonlyMap<string, StationView>;

  constructor(timeline: TimelineReply, first: FlightsReply, by: ReadonlyMap<string, StationView>) {
    this.timeline = timeline;
    this.by = by;
    const ways = first.routes.map((route) => wayOf(route, by));
    const mean = meanOf(timeline, first, ways);
    const { count } = timeline;
    this.base = timeline.end_ns === timeline.begin_ns ? 0 : Math.max(SHORTEST, Math.min(count * EACH, SUM), (count * mean) / WANTED);
    this.longest = Math.max(2_000, ...ways.map((way) => way.lasts));
    this.total = this.base + this.longest;
    this.add(first);
  }

  add(reply: FlightsReply): void {
    const ways = reply.routes.map((route) => wayOf(route, this.by));
    this.chunks.set(reply.chunk, { indexes: reply.indexes, starts: Float64Array.from(reply.times_ns, (time) => this.at(time)), ways, way: reply.ways });
  }

  /** When in playing a time of the simulation is. */
  at(time_ns: number): number {
    const { begin_ns, end_ns } = this.timeline;
    return end_ns === begin_ns ? 0 : ((time_ns - begin_ns) / (end_ns - begin_ns)) * this.base;
  }

  /** The time of the simulation at a moment of playing. */
  timeAt(head: number): number {
    const { begin_ns, end_ns } = this.timeline;
    return this.base === 0 ? begin_ns : begin_ns + Math.min(1, head / this.base) * (end_ns - begin_ns);
  }

  /** The chunks that a moment needs, and whether they are there. */
  needed(head: number): number[] {
    const [from, to] = [this.chunkAt(head - this.longest), this.chunkAt(head)];
    return Array.from({ length: to - from + 1 }, (_, n) => from + n).filter((chunk) => !this.chunks.has(chunk));
  }

  /** The chunk that is next after a moment. */
  following(head: number): number | null {
    const next = this.chunkAt(head) + 1;
    return next < this.timeline.starts_ns.length && !this.chunks.has(next) ? next : null;
  }

  private chunkAt(head: number): number {
    const { starts_ns } = this.timeline;
    let at = starts_ns.length - 1;
    while (at > 0 && this.at(starts_ns[at] ?? 0) > head) at -= 1;
    return Math.max(0, at);
  }

  /** Calls `draw` for those in flight; every how manieth it was called for. */
  inFlight(head: number, draw: Drawn): number {
    let count = 0;
    this.each(head, () => (count += 1));
    let every = 1;
    while (count / every > MOST) every *= 2;
    this.each(head, (index, way, age) => {
      if (index % every === 0) draw(index, way, age);
    });
    return every;
  }

  private each(head: number, found: Drawn): void {
    for (let n = this.chunkAt(head - this.longest); n <= this.chunkAt(head); n += 1) {
      const chunk = this.chunks.get(n);
      if (chunk === undefined) continue;
      const to = behind(chunk.starts, head);
      for (let at = behind(chunk.starts, head - this.longest); at < to; at += 1) {
        const age = head - (chunk.starts[at] ?? 0);
        const way = chunk.ways[chunk.way[at] ?? 0];
        if (way !== undefined && age < way.lasts) found(chunk.indexes[at] ?? 0, way, age);
      }
    }
  }
}

/** How long a flight lasts on average: those of the first chunk, dropped ones and others weighed as there are of all. */
function meanOf({ ended, count }: TimelineReply, { ways: taken, routes }: FlightsReply, ways: readonly Way[]): number {
  const sums = { dropped: [0, 0], other: [0, 0] };
  for (const way of taken) {
    const sum = routes[way]?.ends[0]?.end === "dropped" ? sums.dropped : sums.other;
    sum[0] = (sum[0] ?? 0) + (ways[way]?.lasts ?? 0);
    sum[1] = (sum[1] ?? 0) + 1;
  }
  const [dropped, other] = [sums.dropped, sums.other].map(([sum = 0, n = 0]) => (n === 0 ? null : sum / n));
  const share = (ended.dropped?.reduce((a, b) => a + b, 0) ?? 0) / (count || 1);
  return (dropped ?? other ?? 0) * share + (other ?? dropped ?? 0) * (1 - share);
}

/** How many of the sorted times are not later than `time`. */
export function behind(times: Float64Array, time: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((times[middle] ?? 0) <= time) from = middle + 1;
    else to = middle;
  }
  return from;
}
