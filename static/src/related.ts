// What belongs to what: a hovered or pinned thing, and the steps, lines, bytes and registers it has to do with.
import type { StepView, WindowReply } from "./schemas.ts";

/** A thing on screen. Packet offsets count in the buffer (as changes do), stack offsets from r10. */
export type Link =
  | { kind: "reg"; n: number }
  | { kind: "pkt"; off: number; size: number }
  | { kind: "stk"; frame: number; off: number; size: number }
  | { kind: "map"; map: number; name: string; key: string; keyText: string }
  | { kind: "ctx"; name: string }
  | { kind: "pc"; pc: number }
  | { kind: "step"; step: number };

export interface Range {
  off: number;
  size: number;
}

/** Everything to light up. Sets are empty where nothing is linked. */
export interface Related {
  link: Link | null;
  registers: ReadonlySet<number>;
  packet: readonly Range[];
  /** By frame. */
  stack: readonly (Range & { frame: number })[];
  /** `map index:key hex`. */
  cells: ReadonlySet<string>;
  context: ReadonlySet<string>;
  pcs: ReadonlySet<number>;
  steps: ReadonlySet<number>;
}

export const UNRELATED: Related = {
  link: null,
  registers: new Set(),
  packet: [],
  stack: [],
  cells: new Set(),
  context: new Set(),
  pcs: new Set(),
  steps: new Set(),
};

export function sameLink(a: Link | null, b: Link | null): boolean {
  return a === b || (a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b));
}

export function overlaps(a: Range, b: Range): boolean {
  return a.off < b.off + b.size && b.off < a.off + a.size;
}

/** Whether any of `ranges` holds a byte of the given one. */
export function within(ranges: readonly Range[], off: number, size = 1): boolean {
  return ranges.some((range) => overlaps(range, { off, size }));
}

export function cellOf(map: number, key: string): string {
  return `${map}:${key}`;
}

/** Whether a step read or changed the linked thing. */
export function touches(link: Link, step: StepView, index: number): boolean {
  switch (link.kind) {
    case "step":
      return index === link.step;
    case "pc":
      return step.pc === link.pc;
    case "reg":
      return step.changes.some((change) => change.k === "reg" && change.n === link.n);
    case "ctx":
      return (
        step.changes.some((change) => change.k === "ctx" && change.name === link.name) ||
        step.reads.some((read) => read.region === "ctx" && read.name === link.name)
      );
    case "map":
      return (
        step.changes.some((change) => change.k === "map" && change.map === link.map && change.key === link.key) ||
        step.reads.some((read) => read.region === "map" && read.name.startsWith(`${link.name}[${link.keyText}]`))
      );
    case "pkt":
    case "stk":
      return (
        step.reads.some((read) => read.region === link.kind && overlaps(read, link)) ||
        step.changes.some(
          (change) => change.k === link.kind && overlaps({ off: change.off, size: change.b.length / 2 }, link),
        )
      );
  }
}

/** What one step read and changed. */
function effects(step: StepView) {
  const frame = step.depth;
  const packet: Range[] = [];
  const stack: (Range & { frame: number })[] = [];
  const registers = new Set<number>();
  const cells = new Set<string>();
  const context = new Set<string>();
  for (const read of step.reads) {
    if (read.region === "pkt") packet.push(read);
    if (read.region === "stk") stack.push({ ...read, frame });
    if (read.region === "ctx") context.add(read.name);
  }
  for (const change of step.changes) {
    if (change.k === "reg") registers.add(change.n);
    if (change.k === "pkt") packet.push({ off: change.off, size: change.b.length / 2 });
    if (change.k === "stk") stack.push({ off: change.off, size: change.b.length / 2, frame: change.frame });
    if (change.k === "map") cells.add(cellOf(change.map, change.key));
    if (change.k === "ctx") context.add(change.name);
  }
  return { packet, stack, registers, cells, context };
}

/**
 * What a link lights up, looking at one window of the trace (1,024 steps at most). For an instruction or a step that is
 * what it last did before `cursor`; for a thing, every step that touched it.
 */
export function relate(link: Link | null, window: WindowReply | undefined, cursor: number): Related {
  if (link === null) return UNRELATED;
  const steps = new Set<number>();
  const pcs = new Set<number>();
  let last: StepView | null = null;
  window?.steps.forEach((step, i) => {
    if (!touches(link, step, window.first + i)) return;
    steps.add(window.first + i);
    pcs.add(step.pc);
    if (last === null || window.first + i < cursor) last = step;
  });
  const shown = { link, steps, pcs };
  switch (link.kind) {
    case "pc":
      return { ...UNRELATED, ...shown, ...(last === null ? {} : effects(last)), pcs: new Set([link.pc]) };
    case "step":
      return { ...UNRELATED, ...shown, ...(last === null ? {} : effects(last)) };
    case "reg":
      return { ...UNRELATED, ...shown, registers: new Set([link.n]) };
    case "pkt":
      return { ...UNRELATED, ...shown, packet: [link] };
    case "stk":
      return { ...UNRELATED, ...shown, stack: [link] };
    case "map":
      return { ...UNRELATED, ...shown, cells: new Set([cellOf(link.map, link.key)]) };
    case "ctx":
      return { ...UNRELATED, ...shown, context: new Set([link.name]) };
  }
}

/** The link as a watch of the stop request: `r1`, `fp-4:4`, `pkt+26:4`, `syn_count[203.0.113.7]`; null if it cannot be watched. */
export function watchOf(link: Link, data: number): string | null {
  switch (link.kind) {
    case "reg":
      return `r${link.n}`;
    case "stk":
      return `fp${link.off}:${link.size}`;
    case "pkt": {
      const off = link.off - data;
      return `pkt${off < 0 ? "" : "+"}${off}:${link.size}`;
    }
    case "map":
      return `${link.name}[${link.keyText}]`;
    default:
      return null;
  }
}

/** What a link is called in a sentence. */
export function nameOf(link: Link, data: number): string {
  switch (link.kind) {
    case "pc":
      return `pc ${link.pc}`;
    case "step":
      return `step ${link.step}`;
    case "ctx":
      return `ctx.${link.name}`;
    case "stk":
      return `fp${link.off}`;
    case "pkt":
      return link.size === 1 ? `packet byte ${link.off - data}` : `packet bytes ${link.off - data}–${link.off - data + link.size - 1}`;
    default:
      return watchOf(link, data) ?? "";
  }
}
