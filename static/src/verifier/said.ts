// What a step of the walk is, in words. Pure functions only.
import type { ExploreReply } from "../schemas.ts";

type Told = Pick<ExploreReply, "indexes" | "pcs" | "paths_of" | "paths" | "forks" | "verdict">;

function lower(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** "Step 5, pc 4, path 1: jumps to out if r3 > r2." */
export function stepSaid(now: Told, place: number, does: string): string {
  const words = does === "" ? "" : `: ${lower(does)}`;
  return `Step ${(now.indexes[place] ?? 0).toLocaleString("en")}, path ${now.paths_of[place]}, checks pc ${now.pcs[place]}${words}`.replace(/\.?$/, ".");
}

/** What is special about this step: a path begins or ends, a branch is saved. */
export function forkSaid(now: Told, place: number): string {
  const index = now.indexes[place] ?? 0;
  const path = now.paths.find(({ id }) => id === now.paths_of[place]);
  const said: string[] = [];
  if (path !== undefined && path.first === index && path.parent > 0) {
    said.push(`Path ${path.id} begins, saved at step ${path.forked}.`);
  }
  for (const { other, child } of now.forks.filter(({ step }) => step === index)) {
    const guess = now.paths.some(({ id, speculative }) => id === child && speculative) && path?.speculative !== true;
    if (guess) said.push(`A wrong guess of the processor, to pc ${other}, is walked too: path ${child}.`);
    else said.push(`The other way, to pc ${other}, is saved ${child === null ? "and never tried" : `as path ${child}`}.`);
  }
  if (path !== undefined && path.last === index) {
    if (path.end === "pruned") said.push(`It is cut: the state of step ${path.by} covers this one (pruned).`);
    if (path.end === "barred") said.push(`It is a wrong guess only, and a barrier ends it here.`);
    if (path.end === "exit") said.push("It is safe: it reaches the exit.");
  }
  return said.join(" ");
}
