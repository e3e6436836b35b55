// Stack frames as rows of eight bytes: only rows that hold a written byte, with what each write put there.
import { FRAME_SIZE, UNWRITTEN, type Frame, type Snapshot } from "./fold.ts";
import type { StackWrite } from "./past.ts";
import type { ValueView } from "./schemas.ts";

export const ROW = 8;

export interface StackCell {
  /** From r10: -1 is the last byte of the frame. */
  off: number;
  /** Two hex digits, or null where nothing was written. */
  byte: string | null;
  changed: boolean;
  /** The write that put it there, as far as the loaded part of the run tells. */
  write: StackWrite | undefined;
}

export interface StackRow {
  /** Of the first byte. */
  off: number;
  cells: readonly StackCell[];
  /** Writes that still show in this row, the highest address first. */
  writes: readonly StackWrite[];
}

function cellOf(frame: Frame, at: number): string {
  return frame.bytes.slice(at * 2, at * 2 + 2);
}

/** Rows of one frame, top of the frame first. `writes` are those of this frame before now, oldest first. */
export function stackRows(frame: Frame, previous: Frame | undefined, writes: readonly StackWrite[]): StackRow[] {
  const rows: StackRow[] = [];
  for (let start = FRAME_SIZE - ROW; start >= 0; start -= ROW) {
    if (frame.bytes.slice(start * 2, (start + ROW) * 2) === UNWRITTEN.repeat(ROW)) continue;
    const near = writes.filter(({ off, size }) => off < start - FRAME_SIZE + ROW && off + size > start - FRAME_SIZE);
    const cells = Array.from({ length: ROW }, (_, i): StackCell => {
      const byte = cellOf(frame, start + i);
      const off = start + i - FRAME_SIZE;
      const changed = previous !== undefined && cellOf(previous, start + i) !== byte;
      const write = near.findLast((candidate) => candidate.off <= off && off < candidate.off + candidate.size);
      return { off, byte: byte === UNWRITTEN ? null : byte, changed, write };
    });
    const shown = [...new Set(cells.flatMap(({ write }) => write ?? []))].reverse();
    rows.push({ off: start - FRAME_SIZE, cells, writes: shown });
  }
  return rows;
}

export function writtenBytes(frame: Frame): number {
  return (frame.bytes.match(/../g) ?? []).filter((cell) => cell !== UNWRITTEN).length;
}

/** The bytes as a word: memory is little-endian. */
function wordOf(bytes: string): string {
  return (bytes.match(/../g) ?? []).reverse().join("");
}

export interface Spilled {
  n: number;
  value: ValueView;
}

/** The register that held what was written, as it stood before the write: what a spilled value means. */
export function spilled(write: StackWrite, before: Pick<Snapshot, "registers"> | null): Spilled | null {
  const word = wordOf(write.bytes);
  const all = (before?.registers ?? []).map((value, n) => ({ n, value }));
  const same = all.filter(({ value }) => value.kind !== "none" && value.word.slice(2).endsWith(word));
  if (write.size < 2) return null;
  return same.find(({ value }) => value.kind !== "num") ?? same[0] ?? null;
}
