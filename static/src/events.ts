// The list of what a run did, from its marks; and its helper calls, with what they were asked.
import type { Snapshot } from "./fold.ts";
import { helperIn } from "./parts.ts";
import type { HelperRef, OutputView, ProgramView, StepView, ValueView, WindowReply } from "./schemas.ts";

export interface EventRow {
  step: number;
  view: StepView;
}

const memo = new WeakMap<WindowReply, readonly EventRow[]>();

/** Steps worth a line: the same rows each time they are asked for. */
export function eventRows(window: WindowReply | undefined): readonly EventRow[] {
  if (window === undefined) return [];
  let rows = memo.get(window);
  if (rows === undefined) {
    rows = window.steps.map((view, i) => ({ step: window.first + i, view })).filter(({ view }) => view.mark !== null || view.event !== "");
    memo.set(window, rows);
  }
  return rows;
}

/** How many rows lie before state `cursor`. */
export function rowsBefore(rows: readonly EventRow[], cursor: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.step < cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function helperOf(view: StepView): string | null {
  return helperIn(view.did);
}

/** The letter on a row's glyph. */
export function glyph(view: StepView): string {
  const kind = view.mark?.kind;
  if (helperOf(view) !== null || kind === "call") return "ƒ";
  if (kind === "exit") return "■";
  if (kind === "fault") return "!";
  if (kind === "out") return "»";
  return kind === "branch" ? "" : view.mark?.write ? "W" : "R";
}

/** The instruction itself: all that is told of a step that is still to come. */
export function instruction(programs: readonly ProgramView[], view: StepView): string {
  return programs[view.program]?.slots.find(({ pc }) => pc === view.pc)?.text ?? `pc ${view.pc}`;
}

export interface Argument {
  name: string;
  value: ValueView;
}

/** Names of a signature's parameters: `void *f(struct bpf_map *map, const void *key)` has map and key. */
export function parameters(signature: string): string[] {
  const inside = signature.slice(signature.indexOf("(") + 1, signature.lastIndexOf(")"));
  return inside.split(",").flatMap((one) => {
    const name = /([A-Za-z_]\w*)\s*$/.exec(one.trim())?.[1];
    return name === undefined || name === "void" ? [] : [name];
  });
}

/** What a helper was asked: r1 and on, by the names of its signature. */
export function argumentsOf(helper: HelperRef | undefined, before: Pick<Snapshot, "registers"> | null): Argument[] {
  if (helper === undefined || before === null) return [];
  return parameters(helper.signature)
    .slice(0, 5)
    .flatMap((name, i) => {
      const value = before.registers[i + 1];
      return value === undefined ? [] : [{ name, value }];
    });
}

/** Whether an output was made before a place. */
export function madeBefore({ packet, step }: OutputView, here: { packet: number; step: number }): boolean {
  return packet < here.packet || (packet === here.packet && step < here.step);
}
