// Moving through a walk of the verifier. Places are the kept steps, counted from 0. Pure functions only.
import type { ExploreReply, WalkEdge, WalkFork, WalkPath } from "../schemas.ts";

export type Trail = Pick<ExploreReply, "indexes" | "pcs" | "paths_of" | "paths" | "forks">;

/** The kept step of that number: the place itself, or the nearest before it. */
export function placeOf(indexes: readonly number[], index: number): number {
  const last = indexes.length - 1;
  if (indexes[index - 1] === index) return index - 1; // nothing was left out before it
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((indexes[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** The next place where a branch was saved, or the one before; the end where there is none. */
export function forkFrom({ indexes, forks }: Trail, at: number, by: 1 | -1): number {
  const here = indexes[at] ?? 0;
  const steps = forks.map(({ step }) => step).filter((step) => (by > 0 ? step > here : step < here));
  if (steps.length === 0) return by > 0 ? indexes.length - 1 : 0;
  return placeOf(indexes, by > 0 ? Math.min(...steps) : Math.max(...steps));
}

/** The first place of the next path; back: of this one, or of the one before where it stands there already. */
export function pathFrom({ paths_of: of }: Trail, at: number, by: 1 | -1): number {
  const here = of[at];
  if (by > 0) {
    const next = of.findIndex((path, i) => i > at && path !== here);
    return next < 0 ? of.length - 1 : next;
  }
  const first = of.indexOf(here ?? 0);
  return first < at ? first : Math.max(0, of.indexOf(of[at - 1] ?? 0));
}

/** The place to go to for a slot: the last time at or before here that it was come to, else the first after. */
export function visitOf({ pcs }: Trail, pc: number, at: number): number | null {
  const before = pcs.lastIndexOf(pc, at);
  if (before >= 0) return before;
  const after = pcs.indexOf(pc);
  return after < 0 ? null : after;
}

/** All places of a slot. */
export function visitsOf({ pcs }: Trail, pc: number): number[] {
  return pcs.flatMap((seen, at) => (seen === pc ? [at] : []));
}

/** The steps that lead to a place, oldest first: its path, from where that forked off, and so on. */
export function trailTo({ indexes, pcs, paths_of, paths }: Trail, at: number): number[] {
  const byId = new Map(paths.map((path) => [path.id, path]));
  const found: number[] = [];
  let place = at;
  let path = byId.get(paths_of[at] ?? 0);
  while (path !== undefined) {
    const first = placeOf(indexes, path.first);
    for (let k = place; k >= first; k -= 1) found.push(k);
    const parent = byId.get(path.parent);
    if (parent === undefined) break;
    place = placeOf(indexes, path.forked);
    path = parent;
  }
  return found.reverse().filter((k) => pcs[k] !== undefined);
}

/** `from>to` of the ways a trail goes. */
export function edgesOf(pcs: readonly number[], trail: readonly number[]): Set<string> {
  const found = new Set<string>();
  trail.forEach((at, i) => {
    const next = trail[i + 1];
    if (next !== undefined) found.add(`${pcs[at]}>${pcs[next]}`);
  });
  return found;
}

export type Way = "bad" | "walked" | "cut" | "never";

/** What became of a way between two slots. */
export function wayOf(edges: ReadonlyMap<string, WalkEdge>, bad: ReadonlySet<string>, source: number, target: number): Way {
  const key = `${source}>${target}`;
  if (bad.has(key)) return "bad";
  const seen = edges.get(key);
  if (seen === undefined) return "never";
  return seen.walked > 0 ? "walked" : "cut";
}

export const PATH_END: Readonly<Record<WalkPath["end"], string>> = { exit: "exit", barred: "barrier", pruned: "cut", rejected: "rejected", open: "stopped" };

/** How a path began and ended, in words. */
export function pathSaid({ id, forked, first, end, by, speculative }: WalkPath): string {
  const begun = forked === 0 ? "starts the walk" : `forks off at step ${forked}`;
  const ended = {
    exit: "reaches the program's exit",
    barred: "is kept by a barrier from going on",
    pruned: `is cut: the state of step ${by} covers it (pruned)`,
    rejected: "is refused",
    open: "was not walked to its end",
  }[end];
  return `Path ${id} ${begun}${first > forked + 1 && forked > 0 ? `, taken up at step ${first}` : ""}, and ${ended}${speculative ? "; the processor could only take it speculatively" : ""}.`;
}

/** Forks that were never tried: the walk ended before. */
export function untried(forks: readonly WalkFork[]): number {
  return forks.filter(({ child }) => child === null).length;
}
