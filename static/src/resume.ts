// Where to be after an edit: the same packet, and the nearest step that runs the same source line.
import type { WindowReply } from "./schemas.ts";

/** Where someone is while the program changes around them. */
export type Anchor =
  | { at: "start" }
  | { at: "end" }
  /** About to run the instruction `pc` of the latest program; null when an edit took its line away. */
  | { at: "line"; step: number; program: number; pc: number | null };

export interface Resumed {
  step: number;
  notice: string;
}

/** The step to show in the new run; `line` is where the anchor's instruction stands, for telling. */
export function resume(anchor: Anchor, steps: number, window: WindowReply | undefined, line: number | undefined): Resumed {
  if (anchor.at === "start") return { step: 0, notice: "" };
  if (anchor.at === "end") return { step: steps, notice: "" };
  const { step, program, pc } = anchor;
  const same = Math.min(step, steps);
  if (pc === null) return { step: same, notice: "The line you were on is gone." };
  let best: number | null = null;
  window?.steps.forEach((view, i) => {
    const at = window.first + i;
    if (view.pc === pc && view.program === program && (best === null || Math.abs(at - step) < Math.abs(best - step))) best = at;
  });
  return best === null ? { step: same, notice: `Line ${line ?? "?"} does not run here now.` } : { step: best, notice: "" };
}
