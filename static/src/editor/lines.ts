// Which instruction stands on which line, kept right while the text is being edited and the next check is on its way.
import { RangeSet, RangeSetBuilder, RangeValue, StateEffect, StateField, type EditorState, type Text } from "@codemirror/state";
import type { ProgramView } from "../schemas.ts";
import type { Breakpoint } from "../state.ts";

export class Slot extends RangeValue {
  readonly program: number;
  readonly pc: number;
  readonly say: string;

  constructor(program: number, pc: number, say: string) {
    super();
    this.program = program;
    this.pc = pc;
    this.say = say;
  }

  override eq(other: Slot): boolean {
    return other.program === this.program && other.pc === this.pc && other.say === this.say;
  }
}

export const setSlots = StateEffect.define<readonly ProgramView[]>();

function build(doc: Text, programs: readonly ProgramView[]): RangeSet<Slot> {
  const first = new Map<number, Slot>();
  for (const program of programs) {
    for (const { line, pc, say } of program.slots) {
      if (line !== null && line <= doc.lines && !first.has(line)) first.set(line, new Slot(program.index, pc, say));
    }
  }
  const builder = new RangeSetBuilder<Slot>();
  for (const line of [...first.keys()].sort((a, b) => a - b)) {
    const { from } = doc.line(line);
    builder.add(from, from, first.get(line)!);
  }
  return builder.finish();
}

export const slots = StateField.define<RangeSet<Slot>>({
  create: () => RangeSet.empty,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setSlots)) next = build(transaction.state.doc, effect.value);
    return next;
  },
});

/** The instruction written on the line that starts at `from`, or null. */
export function slotAt(state: EditorState, from: number, to: number): Slot | null {
  const cursor = state.field(slots).iter(from);
  return cursor.value !== null && cursor.from <= to ? cursor.value : null;
}

const places = new WeakMap<RangeSet<Slot>, Map<string, number>>();

/** Where an instruction's line starts; null if it has no line. */
export function placeOf(state: EditorState, program: number, pc: number): number | null {
  const set = state.field(slots);
  let found = places.get(set);
  if (found === undefined) {
    found = new Map();
    for (const cursor = set.iter(); cursor.value !== null; cursor.next()) {
      found.set(`${cursor.value.program}:${cursor.value.pc}`, cursor.from);
    }
    places.set(set, found);
  }
  const at = found.get(`${program}:${pc}`);
  return at === undefined || at > state.doc.length ? null : state.doc.lineAt(at).from;
}

class Stop extends RangeValue {
  readonly condition: string | null;

  constructor(condition: string | null) {
    super();
    this.condition = condition;
  }

  override eq(other: Stop): boolean {
    return other.condition === this.condition;
  }
}

export const setStops = StateEffect.define<readonly Breakpoint[]>();

/** Breakpoints, which move with their lines. */
export const stops = StateField.define<RangeSet<Stop>>({
  create: () => RangeSet.empty,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setStops)) continue;
      const { doc } = transaction.state;
      const here = effect.value.filter(({ line }) => line >= 1 && line <= doc.lines);
      next = RangeSet.of(here.map(({ line, condition }) => new Stop(condition).range(doc.line(line).from)), true);
    }
    return next;
  },
});

export function stopsOf(state: EditorState): Breakpoint[] {
  const found = new Map<number, Breakpoint>();
  for (const cursor = state.field(stops).iter(); cursor.value !== null; cursor.next()) {
    const line = state.doc.lineAt(cursor.from).number;
    found.set(line, { line, condition: cursor.value.condition });
  }
  return [...found.values()];
}
