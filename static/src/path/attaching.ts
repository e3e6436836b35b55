// Attaching programs to stations: where one fits, in which order they run, and what takes its place later.
import { signal } from "@preact/signals";
import type { HookView, StationView } from "../schemas.ts";
import { hookOf, nameOf, ownHook } from "./geometry.ts";
import * as state from "./state.ts";
import type { Attachment, Later } from "./state.ts";

/** What is dragged over the map now: a program's text, and which attachment it is of (null: it is not attached). */
export const dragged = signal<{ source: string; from: number | null } | null>(null);
/** Why something was not attached, or what was. */
export const said = signal("");

export interface Fit {
  /** The place to attach at: empty for the hook that the program names. */
  place: string;
}

/** Whether a hook name says a hook of this kind: `tracepoint/…` has one kind for all its events. */
function hookNamed(name: string, stations: readonly StationView[]): HookView | undefined {
  const id = hookOf(name, stations);
  const hooks = stations.find((station) => station.id === id)?.hooks ?? [];
  return hooks.find((hook) => name === hook.name || name.startsWith(`${hook.name}:`) || name.startsWith(`${hook.name}/`)) ?? hooks[0];
}

/** Where at a station a program can be attached; null where it cannot be. */
export function fitting(source: string, station: StationView, stations: readonly StationView[]): Fit | null {
  const own = ownHook(source);
  if (hookOf(own, stations) === station.id) return { place: "" };
  const type = hookNamed(own, stations)?.prog_type;
  const hook = station.hooks.find(({ prog_type }) => prog_type === type);
  return hook === undefined ? null : { place: hook.example };
}

/** Why it cannot be. */
export function refusal(source: string, station: StationView, stations: readonly StationView[]): string {
  const type = hookNamed(ownHook(source), stations)?.prog_type ?? "its kind";
  if (station.hooks.length === 0) return `${station.title} is no hook: nothing can be attached there. Choose a ring with a plus.`;
  const types = [...new Set(station.hooks.map(({ prog_type }) => prog_type))].join(" or ");
  return `${nameOf(source)} is a program of type ${type}; ${station.title} takes programs of type ${types}.`;
}

/** Attaches a text where it fits at a station, or where it says itself. */
export function attach(source: string, id: string | null): boolean {
  const stations = state.stations.peek();
  const station = stations.find((known) => known.id === id);
  const fit = station === undefined ? { place: "" } : fitting(source, station, stations);
  if (fit === null && station !== undefined) {
    said.value = refusal(source, station, stations);
    return false;
  }
  state.attachments.value = [...state.attachments.peek(), { source, place: fit?.place ?? "" }];
  said.value = `${nameOf(source)} is attached${station === undefined ? "" : ` at ${station.title}`}: it runs after those that are there.`;
  return true;
}

function change(n: number, to: (old: Attachment) => Attachment): void {
  state.attachments.value = state.attachments.peek().map((old, at) => (at === n ? to(old) : old));
}

export function detach(n: number): void {
  const gone = state.attachments.peek()[n];
  state.attachments.value = state.attachments.peek().filter((_, at) => at !== n);
  if (gone !== undefined) said.value = `${nameOf(gone.source)} is detached.`;
}

/** Attaches one elsewhere. */
export function place(n: number, id: string): boolean {
  const stations = state.stations.peek();
  const station = stations.find((known) => known.id === id);
  const found = state.attachments.peek()[n];
  if (station === undefined || found === undefined) return false;
  const fit = fitting(found.source, station, stations);
  if (fit === null) {
    said.value = refusal(found.source, station, stations);
    return false;
  }
  change(n, (old) => ({ ...old, place: fit.place }));
  said.value = `${nameOf(found.source)} is attached at ${station.title} now.`;
  return true;
}

export function stationOf({ source, place: at }: Attachment): string | null {
  return hookOf(at === "" ? ownHook(source) : at, state.stations.peek());
}

/** The attachment that runs before (-1) or after (1) one at the same station. */
export function neighbour(all: readonly Attachment[], n: number, by: 1 | -1): number | null {
  const found = all[n];
  if (found === undefined) return null;
  const station = stationOf(found);
  for (let at = n + by; at >= 0 && at < all.length; at += by) {
    const other = all[at];
    if (other !== undefined && stationOf(other) === station) return at;
  }
  return null;
}

/** One goes to another's place in the order. */
export function reorder(from: number, to: number): void {
  const all = [...state.attachments.peek()];
  const [moved] = all.splice(from, 1);
  if (moved === undefined) return;
  all.splice(to, 0, moved);
  state.attachments.value = all;
  said.value = `${nameOf(moved.source)} runs as ${to + 1} of ${all.length} now.`;
}

export function later(n: number, what: Later): void {
  change(n, (old) => ({ ...old, later: [...(old.later ?? []), what].sort((a, b) => a.time_ns - b.time_ns) }));
}

export function notLater(n: number, which: number): void {
  change(n, (old) => ({ ...old, later: (old.later ?? []).filter((_, at) => at !== which) }));
}

/** Drops what is dragged, or files, on a station. */
export async function drop(id: string, files: FileList | null): Promise<void> {
  const now = dragged.peek();
  dragged.value = null;
  if (now?.from != null) place(now.from, id);
  else if (now !== null) attach(now.source, id);
  else for (const file of files ?? []) attach(await file.text(), id);
}
