// Where the lines of the map run: between stations that lead to each other, and to where packets end.
import type { StationCount, StationView } from "../schemas.ts";

export const WIDTH = 1296;
export const HEIGHT = 404;
/** With room for what hangs below the lowest. */
export const TALL = HEIGHT + 16;

export interface Band {
  title: string;
  from: number;
  to: number;
}

/** The parts of the machine, from left to right. */
export const BANDS: readonly Band[] = [
  { title: "Wire", from: 0, to: 96 },
  { title: "Driver", from: 96, to: 316 },
  { title: "Network stack", from: 316, to: 696 },
  { title: "Sockets", from: 696, to: 1010 },
  { title: "Process, and hooks around it", from: 1010, to: WIDTH },
];

export interface Line {
  key: string;
  from: string;
  to: string;
  d: string;
  kind: "main" | "thin" | "dash";
}

const TRACKS: ReadonlySet<string> = new Set(["ingress", "egress", "forward"]);
/** Beside the way on: the turns that are drawn. Others would only tangle; a packet that takes one shows it in amber. */
const DRAWN: Readonly<Record<string, Line["kind"]>> = {
  "protocol arp": "thin",
  "local_in icmp": "thin",
  "routing forward": "main",
  "xdp sent": "dash",
  "sent wire": "dash",
  "xdp redirected": "dash",
  "redirected driver": "dash",
  "tc redirected": "dash",
};

function straight(from: StationView, to: StationView): string {
  return `M${from.x} ${from.y}L${to.x} ${to.y}`;
}

function bent(from: StationView, to: StationView): string {
  const middle = (from.x + to.x) / 2;
  return `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
}

export interface Along {
  x: number;
  y: number;
  /** How much of the line lies behind it. */
  part: number;
}

const PARTS = 10;

/** Points between the ends of the line from a station to another: none where it is straight. */
export function lineOf(from: StationView, to: StationView): Along[] {
  if (from.y === to.y || from.x === to.x || !isDrawn(from, to.id)) return [];
  const middle = (from.x + to.x) / 2;
  return Array.from({ length: PARTS - 1 }, (_, n) => {
    const part = (n + 1) / PARTS;
    const back = 1 - part;
    const [a, b, c, d] = [back ** 3, 3 * back * back * part, 3 * back * part * part, part ** 3];
    return { x: a * from.x + (b + c) * middle + d * to.x, y: (a + b) * from.y + (c + d) * to.y, part };
  });
}

function isDrawn(from: StationView, to: string): boolean {
  return Object.entries(from.leads).some(([turn, id]) => id === to && kindOf(from, turn, id) !== undefined);
}

function kindOf(from: StationView, turn: string, id: string): Line["kind"] | undefined {
  const onward = turn === "pass" && TRACKS.has(from.track) && from.id !== "redirected" && id !== "taken";
  return onward ? "main" : DRAWN[`${from.id} ${id}`];
}

/** Every line once: what packets usually do thick, what few do thin, what programs may do dashed. */
export function lines(stations: readonly StationView[]): Line[] {
  const by = new Map(stations.map((station) => [station.id, station]));
  const found = new Map<string, Line>();
  for (const from of stations) {
    for (const [turn, id] of Object.entries(from.leads)) {
      const to = by.get(id);
      const key = `${from.id} ${id}`;
      const kind = kindOf(from, turn, id);
      if (to === undefined || kind === undefined || found.has(key)) continue;
      found.set(key, { key, from: from.id, to: id, d: from.y === to.y || from.x === to.x ? straight(from, to) : bent(from, to), kind });
    }
  }
  return [...found.values()];
}

const [FIRST_ROW, ROW] = [44, 35];

/** The hooks around the process, in two columns of equal rows: the server's places are for a wider drawing. */
export function placed(stations: readonly StationView[]): StationView[] {
  let n = 0;
  const rows = Math.ceil(stations.filter(({ track }) => track === "around").length / 2);
  const row = Math.min(ROW, (HEIGHT - FIRST_ROW) / Math.max(1, rows - 1));
  return stations.map((station) => {
    if (station.track !== "around") return station;
    const at = { x: n % 2 === 0 ? 1084 : 1190, y: FIRST_ROW + Math.floor(n / 2) * row };
    n += 1;
    return { ...station, ...at };
  });
}

const LETTER = 6.9;

/** How far above its line each station's name stands, so that neighbours' names do not run into each other. */
export function levels(stations: readonly StationView[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const track of ["ingress", "egress"]) {
    const ends: number[] = [];
    const line = stations.filter((station) => station.track === track || (track === "ingress" ? station.id === "process" : station.id === "wire"));
    const main = line.filter(({ y }) => y === (track === "ingress" ? 142 : 304)).sort((a, b) => a.x - b.x);
    for (const { id, x, title } of main) {
      const half = (title.length * LETTER) / 2;
      let level = 0;
      while ((ends[level] ?? Number.NEGATIVE_INFINITY) > x - half - 5) level += 1;
      ends[level] = x + half;
      found.set(id, level);
    }
  }
  return found;
}

export interface Counted {
  seen: number;
  dropped: number;
  denied: number;
}

/** What came to each station, all devices together. */
export function counted(counts: readonly StationCount[]): ReadonlyMap<string, Counted> {
  const found = new Map<string, Counted>();
  for (const { station, seen, dropped, denied } of counts) {
    const old = found.get(station) ?? { seen: 0, dropped: 0, denied: 0 };
    found.set(station, { seen: old.seen + seen, dropped: old.dropped + dropped, denied: old.denied + denied });
  }
  return found;
}

/** The device of a place, as in `xdp:eth0`, or what it names behind the hook's name. */
export function hookOf(place: string, stations: readonly StationView[]): string | null {
  const names = stations.flatMap((station) => station.hooks.map(({ name }) => ({ id: station.id, name })));
  const fitting = names.filter(({ name }) => place === name || place.startsWith(`${name}:`) || place.startsWith(`${name}/`));
  fitting.sort((a, b) => b.name.length - a.name.length);
  return fitting[0]?.id ?? null;
}

/** The hook a text names for itself. */
export function ownHook(source: string): string {
  return /^\s*\.hook\s+(\S+)/m.exec(source)?.[1] ?? "xdp";
}

/** The name of the program a text holds. */
export function nameOf(source: string): string {
  return /^\s*\.(?:program|name)\s+(\S+)/m.exec(source)?.[1] ?? "program";
}

/** How many programs of a text say where they belong. */
export function hooksIn(source: string): number {
  return source.match(/^\s*\.hook\s/gm)?.length ?? 0;
}
