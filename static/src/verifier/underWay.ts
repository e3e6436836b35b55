// How far a walk is, in words. Pure functions only.
import type { LoopProgress, ProgramVerdict } from "../schemas.ts";

const TEXT = (count: number): string => count.toLocaleString("en");

/** "Verifying, 214,000 of at most 1,000,000." */
export function countSaid(done: number, total: number): string {
  return `Verifying, ${TEXT(done)} of at most ${TEXT(total)}.`;
}

/** The loop it is busiest with; empty where it has come to none. */
export function loopSaid(loop: LoopProgress | null): string {
  if (loop === null) return "";
  const where = loop.line === null ? `pc ${loop.pc}` : `line ${loop.line}`;
  const inside = loop.depth > 1 ? `, ${loop.depth} loops deep` : "";
  return `Deepest loop: at ${where}${inside}, ${TEXT(loop.turns)} ${loop.turns === 1 ? "turn" : "turns"}.`;
}

/** Instructions walked: the one that a limit stops at is counted, but not looked at. */
export function walkedOf({ stopped, processed, limit }: Pick<ProgramVerdict, "stopped" | "processed" | "limit">): number {
  return stopped ? Math.min(processed, limit) : processed;
}

/** Why a walk is undecided: the server's limit, or somebody stopped it. */
export function stoppedSaid({ processed, limit }: Pick<ProgramVerdict, "processed" | "limit">): string {
  return processed > limit ? `Undecided: this server stopped after ${TEXT(limit)} instructions.` : `Undecided: stopped after ${TEXT(processed)} instructions.`;
}
