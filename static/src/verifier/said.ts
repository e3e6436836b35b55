// What a step of the walk is, in words. Pure functions only.
import type { ExploreReply } from "../schemas.ts";
import { placeOf } from "./paths.ts";

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
    said.push(`Here path ${path.id} begins, saved at step ${path.forked} (pc ${now.pcs[placeOf(now.indexes, path.forked)]}).`);
  }
  for (const { other, child } of now.forks.filter(({ step }) => step === index)) {
    const guess = now.paths.some(({ id, speculative }) => id === child && speculative) && path?.speculative !== true;
    if (guess) said.push(`A processor might go to pc ${other} on a wrong guess: that is walked too, as path ${child}.`);
    else said.push(`Both ways are possible: the way to pc ${other} is saved for later${child === null ? ", and never tried" : ` as path ${child}`}.`);
  }
  if (path !== undefined && path.last === index) {
    if (path.end === "pruned") said.push(`Path ${path.id} is cut, because the state of step ${path.by} covers this one (pruned).`);
    if (path.end === "barred") said.push(`Path ${path.id} is only a processor's wrong guess, and a barrier here keeps it from going on.`);
    if (path.end === "exit") said.push(`Path ${path.id} is safe: it reaches the exit.`);
  }
  return said.join(" ");
}
