// What time says about the lines on screen: the current one, the last one, what never ran, values, and what registers
// held. Only visible lines are looked at, so a step costs the same in any program and any trace.
import { RangeSet, RangeSetBuilder, StateEffect, StateField, type EditorState, type Line, type Range } from "@codemirror/state";
import { Decoration, GutterMarker, gutterLineClass, ViewPlugin, WidgetType, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";
import * as select from "../select.ts";
import { REGION } from "../views/words.ts";
import { kindAt, lastRun, nearestRun } from "./facts.ts";
import { placeOf, slotAt, type Slot } from "./lines.ts";
import { knownKind, onVerifier, walkedPlace } from "./walked.ts";

/** Time moved, or something else that lines show changed. */
export const refresh = StateEffect.define<null>();

const REGISTER = /\b([rw])(10|[0-9])\b/g;
const COMMENT = /[;#]|\/\//;
/** Shorter than this a value says nothing. */
const LEAST_HINT = 4;
const GAP = 2;
/** Of a line, left and right, in px. */
const PADDING = 30;

class Hint extends WidgetType {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override eq(other: Hint): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    const box = document.createElement("span");
    box.className = "hintbox";
    box.setAttribute("aria-hidden", "true");
    const span = document.createElement("span");
    span.className = "hint";
    span.textContent = this.text;
    box.append(span);
    return box;
  }
}

interface Around {
  now: number | null;
  last: number | null;
  bad: number | null;
}

/** On the verifier's screen: the instruction it is about to check, or the one it refuses. */
function aroundWalk(state: EditorState): Around {
  const place = walkedPlace();
  const at = place === null ? null : placeOf(state, place.program, place.pc);
  return { now: place?.bad ? null : at, last: null, bad: place?.bad ? at : null };
}

function around(state: EditorState): Around {
  if (onVerifier()) return aroundWalk(state);
  const { snapshot, done } = select.here.peek();
  if (snapshot === null) return { now: null, last: null, bad: null };
  const fault = snapshot.end?.how === "fault";
  const at = (program: number, pc: number) => placeOf(state, program, pc);
  const here = at(snapshot.program, snapshot.pc);
  return {
    now: snapshot.end === null ? here : null,
    last: done === null || fault ? null : at(done.program, done.pc),
    bad: fault ? here : null,
  };
}

function lineClass(from: number, slot: Slot | null, where: Around): string {
  const related = select.related.peek();
  const walked = onVerifier() ? new Set<number>() : select.walked.peek();
  return [
    from === where.now && "now",
    from === where.last && from !== where.now && "last",
    from === where.bad && "bad",
    slot !== null && related.pcs.has(slot.pc) && "link",
    slot !== null && walked.size > 0 && !walked.has(slot.pc) && "off",
  ]
    .filter(Boolean)
    .join(" ");
}

/** The value beside a line: of the last time it ran; for the current line, which way its question goes. */
function hintFor(slot: Slot, now: boolean): string {
  if (onVerifier()) return "";
  const { next } = select.here.peek();
  if (now && next?.mark?.kind === "branch") return next.note;
  const window = select.window.peek();
  if (window === undefined) return "";
  const at = lastRun(window, slot.program, slot.pc, select.place.peek().step);
  return at < 0 ? "" : (window.steps[at]?.note ?? "");
}

/** A value cut to the room that is left of the line, in letters; it may cover a comment, never code. */
function fit(hint: string, line: Line, columns: number): string {
  const end = line.text.search(COMMENT);
  const code = (end < 0 ? line.text : line.text.slice(0, end)).trimEnd();
  const room = columns - code.length - GAP;
  if (hint.length <= room) return hint;
  return room < LEAST_HINT ? "" : `${hint.slice(0, room - 1)}…`;
}

/** How many letters of a line are in sight. */
function columnsOf(view: EditorView): number {
  const width = view.scrollDOM.clientWidth - view.contentDOM.offsetLeft;
  return Math.max(0, Math.floor((width - PADDING) / view.defaultCharacterWidth));
}

/** Colours each register of a line by what the verifier knows it to be before that line. */
function colourKnown(builder: RangeSetBuilder<Decoration>, line: Line, slot: Slot): void {
  const end = line.text.search(COMMENT);
  const code = end < 0 ? line.text : line.text.slice(0, end);
  for (const found of code.matchAll(REGISTER)) {
    const kind = knownKind(slot.pc, Number(found[2]));
    if (kind === null || kind === "none") continue;
    const { tone } = kind === "sock" ? REGION.mem : REGION[kind];
    const from = line.from + found.index;
    builder.add(from, from + found[0].length, Decoration.mark({ class: `r r-${tone === "e" ? "p" : tone}` }));
  }
}

/** Colours each register of a line by what it held when the line ran; the one it wrote, by what it holds after. */
function colour(builder: RangeSetBuilder<Decoration>, line: Line, slot: Slot): void {
  const window = select.window.peek();
  if (window === undefined) return;
  const at = nearestRun(window, slot.program, slot.pc, select.place.peek().step);
  if (at < 0) return;
  const end = line.text.search(COMMENT);
  const code = end < 0 ? line.text : line.text.slice(0, end);
  const written = new Set((window.steps[at]?.changes ?? []).flatMap((change) => (change.k === "reg" ? [change.n] : [])));
  for (const found of code.matchAll(REGISTER)) {
    const n = Number(found[2]);
    const after = written.delete(n);
    const { tone } = REGION[kindAt(window, at, n, after)];
    const from = line.from + found.index;
    builder.add(from, from + found[0].length, Decoration.mark({ class: `r r-${tone === "e" ? "p" : tone}` }));
  }
}

function build(view: EditorView, columns: number): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const where = around(view.state);
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const slot = slotAt(view.state, line.from, line.to);
      const names = lineClass(line.from, slot, where);
      if (names !== "") {
        const attributes = names.includes("now") ? { "aria-current": "step" } : undefined;
        builder.add(line.from, line.from, Decoration.line(attributes === undefined ? { class: names } : { class: names, attributes }));
      }
      if (slot !== null) {
        (onVerifier() ? colourKnown : colour)(builder, line, slot);
        const hint = fit(hintFor(slot, line.from === where.now), line, columns);
        if (hint !== "") builder.add(line.to, line.to, Decoration.widget({ widget: new Hint(hint), side: 1 }));
      }
      at = line.to + 1;
    }
  }
  return builder.finish();
}

export const marks = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    /** Asked only when it may have changed: to ask is to lay the page out. */
    columns: number;

    constructor(view: EditorView) {
      this.columns = columnsOf(view);
      this.decorations = build(view, this.columns);
    }

    update(update: ViewUpdate): void {
      const asked = update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(refresh)));
      if (asked || update.docChanged || update.viewportChanged || update.geometryChanged) {
        if (update.geometryChanged) this.columns = columnsOf(update.view);
        this.decorations = build(update.view, this.columns);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

class LineState extends GutterMarker {
  override readonly elementClass: string;

  constructor(name: string) {
    super();
    this.elementClass = name;
  }

  override eq(other: LineState): boolean {
    return other.elementClass === this.elementClass;
  }
}

const GUTTER = { now: new LineState("now"), last: new LineState("last"), bad: new LineState("bad") };

/** The same states in the gutters, so that a line is one bar from edge to edge. */
export const gutterStates = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update(value, transaction) {
    if (!transaction.effects.some((effect) => effect.is(refresh))) return value.map(transaction.changes);
    const where = around(transaction.state);
    const found: Range<GutterMarker>[] = [];
    for (const name of ["now", "last", "bad"] as const) {
      const at = where[name];
      if (at !== null && !(name === "last" && at === where.now)) found.push(GUTTER[name].range(at));
    }
    return RangeSet.of(found, true);
  },
  provide: (field) => gutterLineClass.from(field),
});
