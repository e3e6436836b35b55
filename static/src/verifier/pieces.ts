// Linux's words cut into pieces, with what the numbers in them mean. Pure functions only.
import type { NoteView } from "../schemas.ts";

export interface Piece {
  text: string;
  note: string | null;
}

/** What stands together without a space. */
export type Word = readonly Piece[];

/** The name a number is given, as in `off=27` and `R4(id=`: it belongs to what the note says. */
const NAME = /[A-Za-z_]\w*=$/;

/** The pieces of one line, cut where a note begins or ends; a note takes the name before its number with it. */
function cut(kernel: string, start: number, end: number, notes: readonly NoteView[]): Piece[] {
  const pieces: Piece[] = [];
  let at = start;
  for (const note of notes) {
    if (note.start < at || note.end > end) continue;
    const before = kernel.slice(at, note.start);
    const name = NAME.exec(before)?.[0] ?? "";
    const plain = before.slice(0, before.length - name.length);
    if (plain !== "") pieces.push({ text: plain, note: null });
    pieces.push({ text: name + kernel.slice(note.start, note.end), note: note.text });
    at = note.end;
  }
  if (at < end) pieces.push({ text: kernel.slice(at, end), note: null });
  return pieces;
}

/** Pieces as words: plain ones end at spaces, noted ones are never cut. */
function words(pieces: readonly Piece[]): Word[] {
  const found: Piece[][] = [[]];
  for (const { text, note } of pieces) {
    const parts = note === null ? text.split(" ") : [text];
    parts.forEach((part, i) => {
      if (i > 0) found.push([]);
      if (part !== "") found.at(-1)?.push({ text: part, note });
    });
  }
  return found.filter((word) => word.length > 0);
}

/** The lines of the message as words. */
export function wordsOf(kernel: string, notes: readonly NoteView[]): Word[][] {
  const sorted = [...notes].sort((a, b) => a.start - b.start);
  let start = 0;
  return kernel.split("\n").map((line) => {
    const end = start + line.length;
    const found = words(cut(kernel, start, end, sorted));
    start = end + 1;
    return found;
  });
}

/** A note under the row: the columns of what it is about. */
export interface Mark {
  at: number;
  length: number;
  note: string;
}

export interface Row {
  pieces: readonly Piece[];
  marks: readonly Mark[];
}

/** The words in rows of at most `width` columns, as far as words are no longer; what was noted once is not noted again. */
export function rowsOf(lines: readonly (readonly Word[])[], width: number): Row[] {
  const said = new Set<string>();
  return lines.flatMap((line) => broken(line, width).map((words) => row(words, said)));
}

function lengthOf(word: Word): number {
  return word.reduce((sum, { text }) => sum + text.length, 0);
}

function broken(line: readonly Word[], width: number): Word[][] {
  const rows: Word[][] = [[]];
  let used = 0;
  for (const word of line) {
    const length = lengthOf(word);
    if (used > 0 && used + length > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(word);
    used += length + 1;
  }
  return rows;
}

function row(words: readonly Word[], said: Set<string>): Row {
  const pieces = words.flatMap((word, i) => (i === 0 ? word : [{ text: " ", note: null }, ...word]));
  const marks: Mark[] = [];
  let at = 0;
  for (const { text, note } of pieces) {
    const key = `${text}\n${note}`;
    if (note !== null && !said.has(key)) marks.push({ at, length: text.length, note });
    if (note !== null) said.add(key);
    at += text.length;
  }
  return { pieces, marks };
}
