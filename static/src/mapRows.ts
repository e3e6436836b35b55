// A map as rows: its entries, what this packet did to each, and those it deleted.
import { lastBefore, type MapWrite } from "./past.ts";
import type { EntryView, MapSpecView, MapView } from "./schemas.ts";

export interface MapRow {
  id: string;
  entry: EntryView;
  /** What this packet last did to it, as far as the loaded part of the run tells. */
  write: MapWrite | undefined;
  /** The step that led here did it. */
  just: boolean;
  gone: boolean;
}

export interface Zeros {
  id: string;
  /** Texts of the first and last key of the stretch, and how many entries it has. */
  from: string;
  to: string;
  count: number;
}

function idOf(key: string, cpu: number | null): string {
  return cpu === null ? key : `${key}@${cpu}`;
}

/** `writes` are those of this packet to all maps, oldest first. */
export function mapRows(map: MapView, writes: readonly MapWrite[], cursor: number): MapRow[] {
  const mine = writes.filter(({ change, step }) => change.map === map.index && step < cursor);
  const of = (id: string) => lastBefore(mine.filter(({ change }) => idOf(change.key, change.cpu) === id), cursor);
  const row = (entry: EntryView, write: MapWrite | undefined, gone: boolean): MapRow => {
    return { id: idOf(entry.key, entry.cpu), entry, write, just: write?.step === cursor - 1, gone };
  };
  const rows = map.entries.map((entry) => row(entry, of(idOf(entry.key, entry.cpu)), false));
  const there = new Set(rows.map(({ id }) => id));
  const ids = new Set(mine.map(({ change }) => idOf(change.key, change.cpu)));
  const gone = [...ids].flatMap((id) => {
    const write = of(id);
    if (there.has(id) || write === undefined || write.change.b !== null) return [];
    const { key, key_text, cpu, a, a_text } = write.change;
    return [row({ key, key_text, cpu, value: a ?? "", value_text: a_text ?? "" }, write, true)];
  });
  return [...rows, ...gone];
}

function isZero(hex: string): boolean {
  return /^0*$/.test(hex);
}

/** Array maps have every entry from the start: stretches of three and more that hold zeros become one line. */
export function foldZeros(rows: readonly MapRow[]): (MapRow | Zeros)[] {
  const out: (MapRow | Zeros)[] = [];
  let run: MapRow[] = [];
  const flush = () => {
    const [first, last] = [run[0], run.at(-1)];
    if (run.length < 3 || first === undefined || last === undefined) out.push(...run);
    else out.push({ id: `zeros ${first.id}`, from: first.entry.key_text, to: last.entry.key_text, count: run.length });
    run = [];
  };
  for (const row of rows) {
    if (row.write === undefined && isZero(row.entry.value)) run.push(row);
    else {
      flush();
      out.push(row);
    }
  }
  flush();
  return out;
}

export function isArray(spec: MapSpecView): boolean {
  return /array/.test(spec.type) && !/^perf/.test(spec.type);
}

/** `10 → 11`, `new`, `deleted, was 10`. */
export function changeText({ a, b }: { a: string | null; b: string | null }): string {
  if (b === null) return `deleted, was ${a ?? "there"}`;
  return a === null ? "new" : `${a} → ${b}`;
}

const EMPTY: Readonly<Record<string, string>> = {
  ringbuf: "Records of a ring buffer go to user space: they are listed under Records, beside This run.",
  perf_event_array: "Records of a perf buffer go to user space: they are listed under Records, beside This run.",
  bloom_filter: "A bloom filter only tells whether a value may be in it; there is nothing to list.",
  queue: "Nothing is queued. bpf_map_push_elem adds to it.",
  stack: "Nothing is on it. bpf_map_push_elem adds to it.",
  prog_array: "No program is in it. `init={…}` in the .map line puts some there.",
};

export function emptyText({ type, name }: MapSpecView): string {
  return EMPTY[type] ?? `${name} is empty. bpf_map_update_elem adds entries.`;
}
