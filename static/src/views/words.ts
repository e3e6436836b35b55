// How kinds of things look and are called: one table per vocabulary.
import type { PartKind } from "../parts.ts";
import type { Mark, ValueView } from "../schemas.ts";

/** Class of the region's colour, and the letters on a badge. */
export const REGION: Readonly<Record<ValueView["kind"], { tone: string; badge: string }>> = {
  num: { tone: "n", badge: "NUM" },
  ctx: { tone: "c", badge: "CTX" },
  pkt: { tone: "p", badge: "PKT" },
  end: { tone: "e", badge: "END" },
  stk: { tone: "s", badge: "STK" },
  map: { tone: "m", badge: "MAP" },
  mapobj: { tone: "m", badge: "MAP" },
  ring: { tone: "m", badge: "RING" },
  ro: { tone: "m", badge: "RO" },
  mem: { tone: "m", badge: "MEM" },
  func: { tone: "n", badge: "FN" },
  none: { tone: "u", badge: "n/a" },
};

/** Tone of a mark in the score or the list of events. */
export const MARK_TONE: Readonly<Record<Mark["kind"], string>> = {
  ctx: "c",
  pkt: "p",
  stk: "s",
  map: "m",
  num: "k",
  end: "k",
  branch: "br",
  call: "k",
  exit: "k",
  fault: "x",
  out: "k",
};

/** Class of a piece of a sentence. */
export const PART_CLASS: Readonly<Record<PartKind | "", string>> = {
  "": "",
  pc: "m",
  reg: "m",
  ctx: "r-c",
  pkt: "r-p",
  stk: "r-s",
  map: "r-m",
  num: "",
  change: "nowmark m",
  label: "",
  verdict: "",
  helper: "",
  fault: "t-aborted",
};

/** What the simulator says, as a sentence: a capital first, a full stop last. */
export function sentence(said: string): string {
  const text = said.trim();
  const ended = text === "" || /[.?:!…]$/.test(text) ? text : `${text}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}

const THOUSANDS = new Intl.NumberFormat("en");

/** `1,024`. The number's own toLocaleString makes a formatter anew each time, which is felt while stepping. */
export function thousands(count: number): string {
  return THOUSANDS.format(count);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`;
}
