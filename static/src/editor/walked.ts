// What the verifier's walk says about the lines on screen, while its screen is shown.
import { screen } from "../screen.ts";
import { program as chosen, at, known, pc, places, walk } from "../verifier/walk.ts";
import type { RegView } from "../schemas.ts";
import * as verdict from "../verdict.ts";

export interface Place {
  program: number;
  pc: number;
  /** The walk ends here, with a refusal. */
  bad: boolean;
}

export function onVerifier(): boolean {
  return screen.peek() === "verifier";
}

/** The instruction about to be checked; null where there is no walk. */
export function walkedPlace(): Place | null {
  const now = walk.peek();
  const here = pc.peek();
  if (now === null || here === null) return null;
  return { program: chosen.peek(), pc: here, bad: !now.verdict.accepted && !now.verdict.stopped && at.peek() === now.pcs.length - 1 };
}

/** `✓2 +1`: how often a slot was walked, and how many paths were cut there. */
export function walkedText(slot: number): { text: string; title: string } | null {
  const seen = verdict.programs.peek()[chosen.peek()]?.walked[slot];
  if (seen === undefined) return null;
  const [walked, cut] = seen;
  const ok = walked === 0 ? "" : walked === 1 ? "✓" : `✓${walked > 999 ? "999+" : walked}`;
  const more = cut === 0 ? "" : `+${cut > 99 ? "99+" : cut}`;
  const times = `The verifier walked this ${walked.toLocaleString("en")} ${walked === 1 ? "time" : "times"}`;
  return { text: `${ok} ${more}`.trim(), title: cut === 0 ? times : `${times}, and cut ${cut.toLocaleString("en")} ${cut === 1 ? "path" : "paths"} here` };
}

/** What a register was known to be before a slot, over all paths; null where nothing is known. */
export function knownKind(slot: number, n: number): RegView["kind"] | null {
  const place = places.peek().get(slot);
  const [index] = place?.regs[n]?.values ?? [];
  return index === undefined ? null : (known.peek()?.values[index]?.kind ?? null);
}

/** What matters to lines: reading these in an effect makes it run again when they change. */
export function walkedSignals(): unknown[] {
  return [screen.value, walk.value, pc.value, at.value, known.value, verdict.reply.value];
}
