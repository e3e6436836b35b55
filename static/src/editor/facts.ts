// What a run says about a line of the program: when it last ran, and what kind each register held there.
import type { ValueView, WindowReply } from "../schemas.ts";

const REGISTERS = 11;
const KINDS: readonly ValueView["kind"][] = ["num", "ctx", "pkt", "end", "stk", "map", "mapobj", "ring", "ro", "mem", "func", "none"];
const CODE = new Map(KINDS.map((kind, code) => [kind, code]));

interface Index {
  /** Indices into the window's steps, ascending, by `program:pc`. */
  runs: ReadonlyMap<string, readonly number[]>;
  /** Kind of every register before every step, and after the last. */
  kinds: Uint8Array;
}

const memo = new WeakMap<WindowReply, Index>();

function index(window: WindowReply): Index {
  const known = memo.get(window);
  if (known !== undefined) return known;
  const runs = new Map<string, number[]>();
  const kinds = new Uint8Array(REGISTERS * (window.steps.length + 1));
  window.keyframe.registers.slice(0, REGISTERS).forEach((value, n) => (kinds[n] = CODE.get(value.kind) ?? 0));
  window.steps.forEach((step, i) => {
    const key = `${step.program}:${step.pc}`;
    const at = runs.get(key);
    if (at === undefined) runs.set(key, [i]);
    else at.push(i);
    const after = REGISTERS * (i + 1);
    kinds.copyWithin(after, after - REGISTERS, after);
    for (const change of step.changes) {
      if (change.k === "reg" && change.n < REGISTERS) kinds[after + change.n] = CODE.get(change.v.kind) ?? 0;
    }
  });
  const made = { runs, kinds };
  memo.set(window, made);
  return made;
}

/** Index of the last run of an instruction before `step`; -1 if it has not run yet in this window. */
export function lastRun(window: WindowReply, program: number, pc: number, step: number): number {
  const at = index(window).runs.get(`${program}:${pc}`) ?? [];
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! + window.first < step) low = middle + 1;
    else high = middle;
  }
  return at[low - 1] ?? -1;
}

/** Index of the run nearest to `step`, past before future; -1 if it never runs in this window. */
export function nearestRun(window: WindowReply, program: number, pc: number, step: number): number {
  const before = lastRun(window, program, pc, step);
  if (before >= 0) return before;
  return (index(window).runs.get(`${program}:${pc}`) ?? [])[0] ?? -1;
}

/** The kind a register holds before (`after` false) or after the step at `at`. */
export function kindAt(window: WindowReply, at: number, register: number, after: boolean): ValueView["kind"] {
  return KINDS[index(window).kinds[REGISTERS * (at + (after ? 1 : 0)) + register] ?? 0] ?? "num";
}
