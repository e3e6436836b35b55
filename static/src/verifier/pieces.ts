// Linux's words cut into pieces, with what the numbers in them mean. Pure functions only.
import type { NoteView } from "../schemas.ts";

export interface Piece {
  text: string;
  note: string | null;
}

/** The lines of the message, each cut where a note begins or ends. */
export function piecesOf(kernel: string, notes: readonly NoteView[]): Piece[][] {
  const sorted = [...notes].sort((a, b) => a.start - b.start);
  let start = 0;
  return kernel.split("\n").map((line) => {
    const end = start + line.length;
    const pieces: Piece[] = [];
    let at = start;
    for (const note of sorted) {
      if (note.start < at || note.end > end) continue;
      if (note.start > at) pieces.push({ text: kernel.slice(at, note.start), note: null });
      pieces.push({ text: kernel.slice(note.start, note.end), note: note.text });
      at = note.end;
    }
    if (at < end) pieces.push({ text: kernel.slice(at, end), note: null });
    start = end + 1;
    return pieces;
  });
}
