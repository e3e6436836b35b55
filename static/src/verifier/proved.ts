// Whether what a run holds lies in what the verifier proved of that place. Pure functions only.
import type { KnownPart, KnownPlace, KnownReply, RegView, ScalarView, ValueView } from "../schemas.ts";

/** `inside`; `unfollowed`: nothing depended on it, so it was not followed; `unknown`: nothing is claimed; `outside`: a bug of ours. */
export type Standing = "inside" | "unfollowed" | "unknown" | "outside";

export interface Proved {
  /** What it may be, several where it differs from path to path. */
  parts: readonly RegView[];
  unset: boolean;
  standing: Standing;
}

/** Whether a word is one of a number's. */
export function has(scalar: ScalarView, word: bigint): boolean {
  const low = BigInt.asUintN(32, word);
  const within = (number: bigint, least: string | number, most: string | number) => BigInt(least) <= number && number <= BigInt(most);
  return (
    (word & ~BigInt(scalar.mask) & ((1n << 64n) - 1n)) === BigInt(scalar.value) &&
    within(word, scalar.umin, scalar.umax) &&
    within(BigInt.asIntN(64, word), scalar.smin, scalar.smax) &&
    within(low, scalar.umin32, scalar.umax32) &&
    within(BigInt.asIntN(32, low), scalar.smin32, scalar.smax32)
  );
}

const OFFSET = /([+-])\s?(\d+)$/;

/** The offset that a pointer of the run names: 26 of `pkt +26`; a value of a map without one is meant from its start. */
export function offsetOf(text: string): number | null {
  const found = OFFSET.exec(text);
  if (found === null) return text.endsWith("]") ? 0 : null;
  return Number(found[2]) * (found[1] === "-" ? -1 : 1);
}

/** Kinds whose pointers the run and the verifier both name for certain. */
const CERTAIN: ReadonlySet<string> = new Set(["ctx", "pkt", "stk"]);

function fits(part: RegView, value: ValueView): boolean {
  const word = BigInt(value.word);
  if (part.kind === "num") return part.scalar === null || has(part.scalar, word);
  if (part.null && word === 0n) return true;
  if (!CERTAIN.has(part.kind)) return value.kind !== "num" || word !== 0n;
  if (value.kind !== part.kind) return false;
  const offset = offsetOf(value.text);
  if (offset === null || part.scalar !== null || part.low === null || part.high === null) return true;
  return Number(part.low) <= offset && offset <= Number(part.high);
}

function standingOf(known: KnownPart, parts: readonly RegView[], value: ValueView, unfollowed: boolean, whole: boolean): Standing {
  if (!whole || value.kind === "none") return "unknown";
  if (parts.some((part) => fits(part, value))) return "inside";
  if (unfollowed || known.unset || parts.length === 0) return "unfollowed";
  return "outside";
}

/** What is known of a register at a place, and how the run's value stands to it. */
export function provedOf(known: Pick<KnownReply, "values" | "whole">, place: KnownPlace, n: number, value: ValueView): Proved | null {
  const part = place.regs[n];
  if (part === undefined) return null;
  const parts = part.values.flatMap((index) => known.values[index] ?? []);
  return { parts, unset: part.unset, standing: standingOf(part, parts, value, place.unfollowed.includes(n), known.whole) };
}
