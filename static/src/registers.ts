// The register table as rows: each readable register by itself, neighbours that nothing may read as one row.
import { lastBefore, type Past, type RegisterWrite, type Touch } from "./past.ts";
import type { ValueView } from "./schemas.ts";

export interface LiveRow {
  kind: "live";
  n: number;
  value: ValueView;
  /** What it held before the last step, if that step wrote it. */
  was: ValueView | null;
  /** The last step gave it its first value. */
  first: boolean;
  /** The step that gave it this value, as far as the loaded part of the run tells. */
  since: RegisterWrite | undefined;
}

export interface DeadRow {
  kind: "dead";
  numbers: readonly number[];
  /** The call that took their values; null when they were never written. */
  since: Touch | undefined;
  written: boolean;
}

export interface Registers {
  registers: readonly ValueView[];
  written: readonly boolean[];
}

/** A call may leave anything in these, and the verifier lets nobody read them after it. */
const FIRST_TAKEN = 1;
const LAST_TAKEN = 5;

export function registerRows(now: Registers, previous: Registers | null, past: Pick<Past, "registers" | "calls">, cursor: number): (LiveRow | DeadRow)[] {
  const rows: (LiveRow | DeadRow)[] = [];
  const call = lastBefore(past.calls, cursor);
  now.registers.forEach((value, n) => {
    const set = lastBefore(past.registers[n] ?? [], cursor);
    const taken = call !== undefined && FIRST_TAKEN <= n && n <= LAST_TAKEN && (set === undefined || set.step < call.step);
    const written = taken || (now.written[n] ?? false);
    const since = taken ? call : set;
    if (written && value.kind !== "none" && !taken) {
      const before = previous?.registers[n];
      rows.push({ kind: "live", n, value, since: set, was: before === undefined || before === value ? null : before, first: previous !== null && !previous.written[n] });
      return;
    }
    const last = rows.at(-1);
    if (last?.kind === "dead" && last.written === written && last.since?.step === since?.step) last.numbers = [...last.numbers, n];
    else rows.push({ kind: "dead", numbers: [n], since, written });
  });
  return rows;
}

/** `r2–r5`, or `r8, r9`. */
export function registerNames(numbers: readonly number[]): string {
  const names = numbers.map((n) => `r${n}`);
  return names.length > 2 ? `${names[0]}–${names.at(-1)}` : names.join(", ");
}

/** The second line of a row. */
export function changeNote({ value, was, first }: LiveRow): string {
  if (was === null) return "";
  if (first) return "first value";
  if (was.kind === "none") return "was unreadable";
  return was.word === value.word ? "as before" : `was ${was.text}`;
}
