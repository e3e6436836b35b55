// Who touched what, and when, in one window of a trace: indexed once per window, then asked at every move in time.
import { helperIn } from "./parts.ts";
import type { MapChange, StepView, WindowReply } from "./schemas.ts";
import type { Range } from "./related.ts";

/** `step` is the step that touched it: the state right after is `step + 1`. */
export interface Touch {
  step: number;
  pc: number;
}

export interface RegisterWrite extends Touch {
  /** The value as the bytes that were read say it: `203.0.113.7`; empty where the number is all there is to say. */
  read: string;
}

export interface ByteTouch extends Touch, Range {}

export interface StackWrite extends ByteTouch {
  frame: number;
  /** What was written, as hex. */
  bytes: string;
}

export interface MapWrite extends Touch {
  change: MapChange;
}

export interface Past {
  /** Per register, the steps that changed it. */
  registers: readonly (readonly RegisterWrite[])[];
  packetReads: readonly ByteTouch[];
  packetWrites: readonly ByteTouch[];
  stackWrites: readonly StackWrite[];
  mapWrites: readonly MapWrite[];
  /** Calls that came back: nothing may read r1 to r5 after them. */
  calls: readonly Touch[];
}

const NOTHING: Past = { registers: [], packetReads: [], packetWrites: [], stackWrites: [], mapWrites: [], calls: [] };

/** A helper's call is one step; a function of the program's own comes back with the exit that leaves its frame. */
function cameBack({ did, changes, depth }: StepView): boolean {
  const frame = changes.find((change) => change.k === "frame");
  return frame === undefined ? helperIn(did) !== null : frame.depth < depth;
}

function index(window: WindowReply): Past {
  const registers: RegisterWrite[][] = Array.from({ length: 11 }, () => []);
  const packetReads: ByteTouch[] = [];
  const packetWrites: ByteTouch[] = [];
  const stackWrites: StackWrite[] = [];
  const mapWrites: MapWrite[] = [];
  const calls: Touch[] = [];
  window.steps.forEach((view: StepView, i) => {
    const touch: Touch = { step: window.first + i, pc: view.pc };
    if (cameBack(view)) calls.push(touch);
    for (const { region, off, size } of view.reads) if (region === "pkt") packetReads.push({ ...touch, off, size });
    for (const change of view.changes) {
      if (change.k === "reg") registers[change.n]?.push({ ...touch, read: view.reads.length > 0 && view.changes.length === 1 && view.note !== change.v.text ? view.note : "" });
      else if (change.k === "pkt") packetWrites.push({ ...touch, off: change.off, size: change.b.length / 2 });
      else if (change.k === "stk") {
        stackWrites.push({ ...touch, frame: change.frame, off: change.off, size: change.b.length / 2, bytes: change.b });
      } else if (change.k === "map") mapWrites.push({ ...touch, change });
    }
  });
  return { registers, packetReads, packetWrites, stackWrites, mapWrites, calls };
}

const memo = new WeakMap<WindowReply, Past>();

export function pastOf(window: WindowReply | undefined): Past {
  if (window === undefined) return NOTHING;
  let past = memo.get(window);
  if (past === undefined) memo.set(window, (past = index(window)));
  return past;
}

/** The last touch before state `cursor`. */
export function lastBefore<T extends Touch>(touches: readonly T[], cursor: number): T | undefined {
  for (let i = touches.length - 1; i >= 0; i -= 1) if (touches[i]!.step < cursor) return touches[i];
  return undefined;
}

/** Those before state `cursor`. */
export function before<T extends Touch>(touches: readonly T[], cursor: number): readonly T[] {
  const end = touches.findIndex(({ step }) => step >= cursor);
  return end < 0 ? touches : touches.slice(0, end);
}
