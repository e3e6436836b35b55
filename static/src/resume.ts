// Where to be after an edit: the same packet, and the nearest step that runs the same source line.
import type { WindowReply } from "./schemas.ts";

/** Where someone was when they began to edit. */
export type Anchor =
  | { at: "start" }
  | { at: "end" }
  /** `line` is null when the edit took the line away. */
  | { at: "line"; step: number; line: number | null };

export interface Resumed {
  step: number;
  notice: string;
}

/** The step to show in the new run; `lines` maps pc to line in the new program. */
export function resume(anchor: Anchor, steps: number, window: WindowReply | null, lines: ReadonlyMap<number, number>): Resumed {
  if (anchor.at === "start") return { step: 0, notice: "" };
  if (anchor.at === "end") return { step: steps, notice: "" };
  const { step, line } = anchor;
  const same = Math.min(step, steps);
  if (line === null) return { step: same, notice: "The line you were on is gone." };
  let best: number | null = null;
  window?.steps.forEach(({ pc }, i) => {
    const at = window.first + i;
    if (lines.get(pc) === line && (best === null || Math.abs(at - step) < Math.abs(best - step))) best = at;
  });
  return best === null ? { step: same, notice: `Line ${line} does not run here now.` } : { step: best, notice: "" };
}
