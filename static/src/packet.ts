// The packet as bytes and as a tree: what each byte is by now, and which rows are worth showing.
import type { ByteTouch } from "./past.ts";
import type { Range } from "./related.ts";
import type { FieldView, PacketView } from "./schemas.ts";

export const PER_ROW = 16;
/** Bytes shown at once; more are reached by paging, and said. */
export const PAGE = 2_048;

export type Bounds = readonly [meta: number, data: number, end: number];

/** Everything worth showing, in buffer offsets: what is the packet now, and what was when it arrived. */
export function extent(now: Bounds, arrived: Bounds): { from: number; to: number } {
  return { from: Math.min(now[0], arrived[0]), to: Math.max(now[2], arrived[2]) };
}

/** The first row begins where data is a whole number of rows away, so that data begins a row. */
export function firstRow(from: number, data: number): number {
  return data - PER_ROW * Math.ceil((data - from) / PER_ROW);
}

/** `0010`; before data `-0010`. */
export function rowLabel(off: number, data: number): string {
  const at = off - data;
  return `${at < 0 ? "-" : ""}${Math.abs(at).toString(16).padStart(at < 0 ? 3 : 4, "0")}`;
}

export const IN = 1;
export const META = 2;
export const READ = 4;
export const CHANGED = 8;
export const WRITTEN = 16;
export const LINKED = 32;

/** What there is to say of bytes `from` to `to` of the buffer, one set of flags per byte. */
export interface ByteFacts {
  bounds: Bounds;
  reads: readonly Range[];
  /** Every write so far, and those of the last step. */
  writes: readonly Range[];
  changed: readonly Range[];
  linked: readonly Range[];
}

export function byteFlags(from: number, to: number, { bounds, reads, writes, changed, linked }: ByteFacts): Uint8Array {
  const flags = new Uint8Array(Math.max(0, to - from));
  const mark = (start: number, end: number, flag: number) => {
    for (let i = Math.max(0, start - from); i < Math.min(flags.length, end - from); i += 1) flags[i]! |= flag;
  };
  const each = (ranges: readonly Range[], flag: number) => ranges.forEach(({ off, size }) => mark(off, off + size, flag));
  const [meta, data, end] = bounds;
  mark(meta, data, META);
  mark(data, end, IN);
  each(reads, READ);
  each(writes, WRITTEN);
  each(changed, CHANGED);
  each(linked, LINKED);
  return flags;
}

const CLASSES: readonly (readonly [number, string])[] = [
  [READ, "rd"],
  [WRITTEN, "wr"],
  [CHANGED, "chg"],
  [LINKED, "hl"],
];

export function byteClass(flags: number): string {
  const base = flags & IN ? "e" : flags & META ? "mt" : "np";
  return [base, ...CLASSES.flatMap(([flag, name]) => (flags & flag ? name : []))].join(" ");
}

/* ---------- the tree ---------- */

/** Fields that rarely matter: they stay folded until someone touches them or asks. */
const QUIET: ReadonlySet<string> = new Set([
  "iphdr.tos",
  "iphdr.id",
  "iphdr.frag_off",
  "iphdr.check",
  "tcphdr.ack_seq",
  "tcphdr.doff_res",
  "tcphdr.window",
  "tcphdr.check",
  "tcphdr.urg_ptr",
  "udphdr.len",
  "udphdr.check",
  "ipv6hdr.flow",
  "icmphdr.checksum",
]);
/** The few that are shown even where room is short and nobody reads them. */
const ALWAYS: ReadonlySet<string> = new Set([
  "ethhdr.h_proto",
  "iphdr.protocol",
  "iphdr.saddr",
  "iphdr.daddr",
  "ipv6hdr.nexthdr",
  "ipv6hdr.saddr",
  "ipv6hdr.daddr",
  "tcphdr.source",
  "tcphdr.dest",
  "tcphdr.flags",
  "udphdr.source",
  "udphdr.dest",
]);

export type TreeRow =
  | { kind: "layer"; key: string; title: string; off: number; size: number; summary: string; open: boolean }
  | { kind: "field"; key: string; parent: string; field: FieldView; level: number; open: boolean | null }
  | { kind: "more"; key: string; parent: string; count: number; open: boolean };

export interface TreeOptions {
  /** Rows someone opened or closed; layers are open, fields with parts closed, until then. */
  toggled: ReadonlySet<string>;
  /** Whether a range was read, changed or is linked: then its field is always shown. */
  touched: (off: number, size: number) => boolean;
  /** Room is short: only touched fields and the most telling ones. */
  compact: boolean;
}

export function fieldKey(field: FieldView): string {
  return `${field.path}@${field.off}`;
}

function folded(field: FieldView, { touched, compact }: TreeOptions): boolean {
  if (field.status !== "ok" || touched(field.off, field.size)) return false;
  return compact ? !ALWAYS.has(field.path) : QUIET.has(field.path);
}

function fieldRows(field: FieldView, level: number, parent: string, options: TreeOptions): TreeRow[] {
  const key = fieldKey(field);
  const open = field.children.length === 0 ? null : options.toggled.has(key);
  const children = open ? field.children.flatMap((child) => fieldRows(child, level + 1, key, options)) : [];
  return [{ kind: "field", key, parent, field, level, open }, ...children];
}

export function treeRows(view: PacketView, options: TreeOptions): TreeRow[] {
  return view.layers.flatMap((layer): TreeRow[] => {
    const key = `${layer.name}@${layer.off}`;
    const open = !options.toggled.has(key);
    const head: TreeRow = { kind: "layer", key, title: layer.title, off: layer.off, size: layer.size, summary: layer.summary, open };
    if (!open) return [head];
    const quiet = layer.fields.filter((field) => folded(field, options));
    const all = quiet.length < 2 || options.toggled.has(`${key}+`);
    const shown = all ? layer.fields : layer.fields.filter((field) => !quiet.includes(field));
    const rows = shown.flatMap((field) => fieldRows(field, 2, key, options));
    const more: TreeRow = { kind: "more", key: `${key}+`, parent: key, count: quiet.length, open: all };
    return quiet.length < 2 ? [head, ...rows] : [head, ...rows, more];
  });
}

/** The smallest field that holds a byte, without its bits. */
export function fieldAt(fields: readonly FieldView[], off: number): FieldView | null {
  const found = fields.find((field) => off >= field.off && off < field.off + field.size);
  if (found === undefined) return null;
  const inside = found.children.filter(({ bits }) => bits === null);
  return fieldAt(inside, off) ?? found;
}

export function fieldOf(view: PacketView | null, off: number): FieldView | null {
  const layer = view?.layers.find(({ off: start, size }) => off >= start && off < start + size);
  return layer === undefined ? null : fieldAt(layer.fields, off);
}

/** The field at the same place in the packet as it arrived, to tell what it was. */
export function fieldWith(view: PacketView | null, path: string): FieldView | null {
  const search = (fields: readonly FieldView[]): FieldView | null => {
    for (const field of fields) {
      const found = field.path === path ? field : search(field.children);
      if (found !== null) return found;
    }
    return null;
  };
  return view === null ? null : search(view.layers.flatMap(({ fields }) => fields));
}

/** The last of `touches` that overlaps a range. */
export function lastOn(touches: readonly ByteTouch[], off: number, size: number): ByteTouch | undefined {
  return touches.findLast((touch) => touch.off < off + size && off < touch.off + touch.size);
}
