// Where a packet is on the map at each moment of its flight: a way of stations becomes a line with times.
import type { FlightEnd, FlightRoute, StationView } from "../schemas.ts";
import { lineOf } from "./geometry.ts";

/** Milliseconds from station to station, and for how long an end is to be seen, at speed 1. */
export const HOP = 90;
export const END = 420;
/** How far a dropped packet falls, in the drawing's units. */
export const FALL = 34;

/** What a packet ends as; `note` is a happening without a packet that was let be. */
export type Tone = "pass" | "drop" | "tx" | "aborted" | "wait" | "note";

/** One packet of a way. It is at (`xs[i]`, `ys[i]`) at `times[i]` ms, and is seen to end from the last time on. */
export interface Track {
  packet: number;
  times: readonly number[];
  xs: readonly number[];
  ys: readonly number[];
  tone: Tone;
  /** Which way it falls, when it ends: down 1, up -1, not at all 0. */
  fall: number;
}

export interface Way {
  tracks: readonly Track[];
  /** Milliseconds until its last packet has ended. */
  lasts: number;
  hops: number;
}

const TONES: Readonly<Record<FlightEnd["end"], Tone>> = { delivered: "pass", dropped: "drop", sent: "tx", queued: "wait" };

function toneOf(route: FlightRoute, packet: number): Tone {
  const end = route.ends.find((found) => found.packet === packet);
  if (end !== undefined) return end.effect === "aborted" ? "aborted" : TONES[end.end];
  return route.denied ? "drop" : "note";
}

/** Whether what hangs on a station hangs above it. */
export function upward({ track, y }: Pick<StationView, "track" | "y">): boolean {
  return track === "egress" || y > 250;
}

function trackOf(route: FlightRoute, packet: number, by: ReadonlyMap<string, StationView>): Track | null {
  const times: number[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  let last: StationView | null = null;
  route.stations.forEach((id, n) => {
    const station = by.get(id);
    if (route.packets[n] !== packet || station === undefined) return;
    if (last !== null) {
      const before = times.at(-1) ?? 0;
      for (const { x, y, part } of lineOf(last, station)) {
        times.push(before + (n * HOP - before) * part);
        xs.push(x);
        ys.push(y);
      }
    }
    times.push(n * HOP);
    xs.push(station.x);
    ys.push(station.y);
    last = station;
  });
  const end = last as StationView | null;
  if (end === null) return null;
  const tone = toneOf(route, packet);
  const falls = (tone === "drop" || tone === "aborted") && end.track !== "around";
  return { packet, times, xs, ys, tone, fall: falls ? (upward(end) ? -1 : 1) : 0 };
}

export function wayOf(route: FlightRoute, by: ReadonlyMap<string, StationView>): Way {
  const tracks = [...new Set(route.packets)].map((packet) => trackOf(route, packet, by)).filter((track) => track !== null);
  const lasts = END + tracks.reduce((most, { times }) => Math.max(most, times.at(-1) ?? 0), 0);
  return { tracks, lasts, hops: route.stations.length };
}

export interface Spot {
  x: number;
  y: number;
  /** 0 while it flies, then up to 1 while its end is seen. */
  ended: number;
}

/** Where a packet is `age` ms after its event; false where it is not yet, or no more. Written into `spot`. */
export function spotOf({ times, xs, ys, fall }: Track, age: number, spot: Spot): boolean {
  const last = times.length - 1;
  const end = times[last] ?? 0;
  if (age < (times[0] ?? 0) || age >= end + END) return false;
  if (age >= end) {
    spot.ended = (age - end) / END;
    spot.x = xs[last] ?? 0;
    spot.y = (ys[last] ?? 0) + fall * FALL * Math.min(1, spot.ended * 1.6) ** 2;
    return true;
  }
  let n = 1;
  while ((times[n] ?? Number.POSITIVE_INFINITY) <= age) n += 1;
  const [from, to] = [times[n - 1] ?? 0, times[n] ?? 0];
  const part = (age - from) / (to - from || 1);
  spot.x = (xs[n - 1] ?? 0) + ((xs[n] ?? 0) - (xs[n - 1] ?? 0)) * part;
  spot.y = (ys[n - 1] ?? 0) + ((ys[n] ?? 0) - (ys[n - 1] ?? 0)) * part;
  spot.ended = 0;
  return true;
}
