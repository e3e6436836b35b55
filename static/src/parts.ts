// Pieces of a sentence as they travel, and as views read them.
import type { Piece } from "./schemas.ts";

export type PartKind = Exclude<Piece, string>[0] | "";

export interface Part {
  /** "" for plain words. */
  kind: PartKind;
  text: string;
  /** Where it leads to. */
  pc: number | null;
}

export function partOf(piece: Piece): Part {
  if (typeof piece === "string") return { kind: "", text: piece, pc: null };
  const [kind, text, pc] = piece;
  return { kind, text, pc: pc ?? null };
}

/** The words of a sentence. */
export function plain(sentence: readonly Piece[]): string {
  return sentence.map((piece) => (typeof piece === "string" ? piece : piece[1])).join("");
}

/** The helper that a sentence tells of. */
export function helperIn(sentence: readonly Piece[]): string | null {
  const found = sentence.find((piece) => typeof piece !== "string" && piece[0] === "helper");
  return found === undefined ? null : partOf(found).text;
}
