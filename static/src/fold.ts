// State k from a window's keyframe and the steps before it. Copies only what a step changes, so that equal parts stay
// the same objects and views can tell by identity what moved.
import type { EndChange, EntryView, MapChange, MapView, StateView, StepView, ValueView, WindowReply } from "./schemas.ts";

/** Bytes of one stack frame. */
export const FRAME_SIZE = 512;
/** One byte that was never written, in `Frame.bytes`. */
export const UNWRITTEN = "··";
const EVERY = 64;

type Change = StepView["changes"][number];

export interface Frame {
  function: string;
  return_pc: number | null;
  /** 512 cells of two characters, hex or UNWRITTEN; the last cell is fp-1. */
  bytes: string;
}

export interface Snapshot {
  pc: number;
  program: number;
  registers: readonly ValueView[];
  written: readonly boolean[];
  /** Outermost first; the last one is running. */
  frames: readonly Frame[];
  /** Hex of the packet buffer; `bounds` are offsets of data_meta, data and data_end into it. */
  buffer: string;
  bounds: [number, number, number];
  context: Readonly<Record<string, string>>;
  maps: readonly MapView[];
  end: EndChange | null;
}

/** `text` with the two-character cells from `at` on replaced. */
function splice(text: string, at: number, hex: string): string {
  return text.slice(0, at * 2) + hex + text.slice(at * 2 + hex.length);
}

const NO_BYTES = UNWRITTEN.repeat(FRAME_SIZE);

function frameBytes(runs: Readonly<Record<string, string>>): string {
  let bytes = NO_BYTES;
  for (const [offset, hex] of Object.entries(runs)) bytes = splice(bytes, FRAME_SIZE + Number(offset), hex);
  return bytes;
}

export function snapshotOf(keyframe: StateView): Snapshot {
  const { pc, program, registers, written, buffer, bounds, context, maps } = keyframe;
  const frames = keyframe.frames.map((frame) => ({ ...frame, bytes: frameBytes(frame.bytes) }));
  return { pc, program, registers, written, frames, buffer, bounds, context, maps, end: null };
}

function changeMap(map: MapView, change: MapChange): MapView {
  const same = (entry: EntryView) => entry.key === change.key && entry.cpu === change.cpu;
  const at = map.entries.findIndex(same);
  const count = map.count + (change.a === null ? 1 : 0) - (change.b === null ? 1 : 0);
  if (change.b === null) return { ...map, count, entries: map.entries.filter((entry) => !same(entry)) };
  const { key, key_text, cpu } = change;
  const entry: EntryView = { key, key_text, cpu, value: change.b, value_text: change.b_text ?? change.b };
  const entries = at < 0 ? [...map.entries, entry] : map.entries.map((old, i) => (i === at ? entry : old));
  return { ...map, count, entries };
}

function at<T>(items: readonly T[], index: number, value: T): T[] {
  const copy = [...items];
  copy[index] = value;
  return copy;
}

function applyChange(state: Snapshot, change: Change): Snapshot {
  switch (change.k) {
    case "reg":
      return {
        ...state,
        registers: at(state.registers, change.n, change.v),
        written: state.written[change.n] ? state.written : at(state.written, change.n, true),
      };
    case "stk": {
      const frame = state.frames[change.frame];
      if (frame === undefined) return state;
      const bytes = splice(frame.bytes, FRAME_SIZE + change.off, change.b);
      return { ...state, frames: at(state.frames, change.frame, { ...frame, bytes }) };
    }
    case "pkt":
      return { ...state, buffer: splice(state.buffer.padEnd(change.off * 2, "0"), change.off, change.b) };
    case "bounds":
      return { ...state, bounds: change.b };
    case "ctx":
      return { ...state, context: { ...state.context, [change.name]: change.b } };
    case "map": {
      const index = state.maps.findIndex((map) => map.index === change.map);
      const map = state.maps[index];
      return map === undefined ? state : { ...state, maps: at(state.maps, index, changeMap(map, change)) };
    }
    case "frame": {
      const frame: Frame = { function: change.function, return_pc: change.return_pc, bytes: NO_BYTES };
      const frames = state.frames.slice(0, change.depth + 1);
      return { ...state, frames: frames.length <= change.depth ? [...frames, frame] : frames };
    }
    case "end":
      return { ...state, end: change };
    case "out":
      return state;
  }
}

/** The state after one step; `next` is the step that follows, which knows the pc. */
export function applyStep(state: Snapshot, step: StepView, next: StepView | undefined): Snapshot {
  const after = step.changes.reduce(applyChange, state);
  return { ...after, pc: next?.pc ?? step.pc, program: next?.program ?? step.program };
}

const memo = new WeakMap<WindowReply, Snapshot[]>();

/**
 * State `step` of a window, for first <= step <= first + steps.length. At most 63 steps are applied per call; every
 * 64th state is kept.
 */
export function stateAt(window: WindowReply, step: number): Snapshot {
  let kept = memo.get(window);
  if (kept === undefined) memo.set(window, (kept = [snapshotOf(window.keyframe)]));
  const index = step - window.first;
  const target = Math.floor(index / EVERY);
  while (kept.length <= target) kept.push(forward(window, kept.at(-1)!, (kept.length - 1) * EVERY, EVERY));
  return forward(window, kept[target]!, target * EVERY, index - target * EVERY);
}

function forward(window: WindowReply, from: Snapshot, start: number, count: number): Snapshot {
  let state = from;
  for (let i = start; i < start + count; i += 1) {
    const step = window.steps[i];
    if (step === undefined) throw new RangeError(`step ${window.first + i} is not in this window`);
    state = applyStep(state, step, window.steps[i + 1]);
  }
  return state;
}
