// Which lines of the policies, identities, entries and cells of the matrix belong together.
import type { MatrixCell, PolicyView } from "../schemas.ts";

export interface Cell {
  row: number;
  column: number;
}

/** What is pointed at: a cell, an identity, an entry of a door, or a line of the policies. */
export type Aim = Cell | { identity: number } | { door: number; entry: number } | { line: number };

/** What lights up. `entries` holds "door:entry"; `cells` "row:column". */
export interface Shine {
  /** The door that is meant, if it is one. */
  door: number | null;
  identities: ReadonlySet<number>;
  entries: ReadonlySet<string>;
  cells: ReadonlySet<string>;
  lines: ReadonlySet<number>;
}

export const NO_SHINE: Shine = { door: null, identities: new Set(), entries: new Set(), cells: new Set(), lines: new Set() };

export function entryKey(door: number, entry: number): string {
  return `${door}:${entry}`;
}

export function cellKey({ row, column }: Cell): string {
  return `${row}:${column}`;
}

/** The door that decides about a connection: the first that denies it, else the receiver's. */
export function deciding({ answers }: MatrixCell): number | null {
  const denied = answers.find(({ entry }) => entry === null);
  return (denied ?? answers[answers.length - 1])?.door ?? null;
}

function linesOf(view: PolicyView, door: number, entry: number): number[] {
  const reasons = view.doors[door]?.entries[entry]?.reasons ?? [];
  return reasons.flatMap(({ line, last }) => (line === 0 ? [] : Array.from({ length: Math.max(1, last - line + 1) }, (_, at) => line + at)));
}

function cellsWhere(view: PolicyView, test: (cell: MatrixCell) => boolean): Set<string> {
  const found = view.cells.flatMap((cells, row) => cells.flatMap((cell, column) => (test(cell) ? [cellKey({ row, column })] : [])));
  return new Set(found);
}

function ofEntry(view: PolicyView, door: number, entry: number): Shine {
  const identity = view.doors[door]?.entries[entry]?.identity;
  const cells = cellsWhere(view, ({ answers }) => answers.some((one) => one.door === door && one.entry === entry));
  return {
    door,
    identities: new Set(identity === undefined ? [] : [identity]),
    entries: new Set([entryKey(door, entry)]),
    cells,
    lines: new Set(linesOf(view, door, entry)),
  };
}

function ofCell(view: PolicyView, at: Cell): Shine {
  const cell = view.cells[at.row]?.[at.column];
  if (cell === undefined) return NO_SHINE;
  const peer = (door: number) => (view.doors[door]?.direction === "egress" ? view.places[view.columns[at.column]?.place ?? -1] : view.places[at.row]);
  const through = cell.answers.flatMap(({ door, entry }) => (entry === null ? [] : [{ door, entry }]));
  const who = cell.answers.flatMap(({ door }) => peer(door)?.identity ?? []);
  const main = deciding(cell);
  return {
    door: main,
    identities: new Set(main === null ? who : [peer(main)?.identity ?? -1]),
    entries: new Set(through.map(({ door, entry }) => entryKey(door, entry))),
    cells: new Set([cellKey(at)]),
    lines: new Set(through.flatMap(({ door, entry }) => linesOf(view, door, entry))),
  };
}

function ofIdentity(view: PolicyView, identity: number): Shine {
  const entries = view.doors.flatMap(({ entries: own }, door) => own.flatMap((one, entry) => (one.identity === identity ? [{ door, entry }] : [])));
  const rows = new Set(view.places.flatMap((place, row) => (place.identity === identity ? [row] : [])));
  const cells = view.cells.flatMap((cells, row) => (rows.has(row) ? cells.map((_, column) => cellKey({ row, column })) : []));
  return {
    door: null,
    identities: new Set([identity]),
    entries: new Set(entries.map(({ door, entry }) => entryKey(door, entry))),
    cells: new Set(cells),
    lines: new Set(entries.flatMap(({ door, entry }) => linesOf(view, door, entry))),
  };
}

function ofLine(view: PolicyView, line: number): Shine {
  const hit = view.doors.flatMap(({ entries }, door) =>
    entries.flatMap(({ reasons, identity }, entry) => (reasons.some((one) => one.line > 0 && line >= one.line && line <= one.last) ? [{ door, entry, identity }] : [])),
  );
  const keys = new Set(hit.map(({ door, entry }) => entryKey(door, entry)));
  return {
    door: hit[0]?.door ?? null,
    identities: new Set(hit.map(({ identity }) => identity)),
    entries: keys,
    cells: cellsWhere(view, ({ answers }) => answers.some(({ door, entry }) => entry !== null && keys.has(entryKey(door, entry)))),
    lines: new Set(hit.flatMap(({ door, entry }) => linesOf(view, door, entry))),
  };
}

export function shine(view: PolicyView | null, aim: Aim | null): Shine {
  if (view === null || aim === null) return NO_SHINE;
  if ("row" in aim) return ofCell(view, aim);
  if ("identity" in aim) return ofIdentity(view, aim.identity);
  if ("door" in aim) return ofEntry(view, aim.door, aim.entry);
  return ofLine(view, aim.line);
}

/** The cell to begin with: the first that a policy lets through, else the first that is one. */
export function firstCell(view: PolicyView | null): Cell | null {
  const all = view?.cells.flatMap((cells, row) => cells.map((cell, column) => ({ cell, row, column }))) ?? [];
  const byPolicy = all.find(({ cell }) => cell.answers.some(({ door, entry }) => entry !== null && (view?.doors[door]?.entries[entry]?.reasons[0]?.line ?? 0) > 0));
  const found = byPolicy ?? all.find(({ cell }) => !cell.same);
  return found === undefined ? null : { row: found.row, column: found.column };
}
