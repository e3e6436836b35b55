// Left of the text: breakpoint and pc, then how often the line ran over all packets.
import type { BlockInfo, EditorView } from "@codemirror/view";
import { gutter, GutterMarker } from "@codemirror/view";
import * as actions from "../actions.ts";
import * as select from "../select.ts";
import * as verdict from "../verdict.ts";
import { act } from "../store.ts";
import { askCondition } from "./condition.ts";
import { refresh } from "./marks.ts";
import { slotAt, stopsOf } from "./lines.ts";
import { onVerifier, walkedText } from "./walked.ts";

class Pc extends GutterMarker {
  readonly pc: string;
  /** undefined: no breakpoint; null: one that always stops. */
  readonly condition: string | null | undefined;

  constructor(pc: string, condition: string | null | undefined) {
    super();
    this.pc = pc;
    this.condition = condition;
  }

  override eq(other: Pc): boolean {
    return other.pc === this.pc && other.condition === this.condition;
  }

  override toDOM(): Node {
    const span = document.createElement("span");
    span.className = this.condition === undefined ? "pc" : this.condition === null ? "pc bp" : "pc bp cond";
    span.textContent = this.pc === "" && this.condition !== undefined ? "•" : this.pc;
    span.title = this.condition === undefined ? "Click to stop here" : this.condition === null ? "Breakpoint" : `Stops if ${this.condition}`;
    return span;
  }
}

class Coverage extends GutterMarker {
  readonly text: string;
  readonly tone: string;
  readonly title: string;

  constructor(text: string, tone: string, title = "") {
    super();
    this.text = text;
    this.tone = tone;
    this.title = title;
  }

  override eq(other: Coverage): boolean {
    return other.text === this.text && other.tone === this.tone;
  }

  override toDOM(): Node {
    const span = document.createElement("span");
    span.className = this.tone;
    span.textContent = this.text;
    span.title = this.title;
    return span;
  }
}

/** Counts as they fit into four letters. */
export function short(count: number): string {
  if (count < 1_000) return String(count);
  const [unit, name] = count < 1_000_000 ? [1_000, "k"] : [1_000_000, "M"];
  const value = count / unit;
  return `${value < 10 ? value.toFixed(1) : Math.floor(value)}${name}`;
}

function pcMarker(view: EditorView, line: BlockInfo): GutterMarker | null {
  const slot = slotAt(view.state, line.from, line.to);
  const number = view.state.doc.lineAt(line.from).number;
  const stop = stopsOf(view.state).find((candidate) => candidate.line === number);
  if (slot === null && stop === undefined) return null;
  return new Pc(slot === null ? "" : String(slot.pc), stop === undefined ? undefined : stop.condition);
}

function coverageMarker(view: EditorView, line: BlockInfo): GutterMarker | null {
  const number = view.state.doc.lineAt(line.from).number;
  if ([...select.errors.peek(), ...verdict.problems.peek()].some(({ span }) => span?.line === number)) return new Coverage("✕", "bad");
  const slot = slotAt(view.state, line.from, line.to);
  if (slot === null) return null;
  const walked = onVerifier() ? walkedText(slot.pc) : null;
  if (onVerifier()) return walked === null ? null : new Coverage(walked.text, "ok", walked.title);
  const count = select.run.peek()?.coverage[slot.pc] ?? 0;
  return count === 0 ? null : new Coverage(`×${short(count)}`, "hit", `Ran ${short(count)} times over all packets`);
}

const changed = (update: { transactions: readonly { effects: readonly { is: (type: typeof refresh) => boolean }[] }[] }) =>
  update.transactions.some(({ effects }) => effects.some((effect) => effect.is(refresh)));

function lineOf(view: EditorView, line: BlockInfo): number {
  return view.state.doc.lineAt(line.from).number;
}

export const gutters = [
  gutter({
    class: "cm-pcs",
    renderEmptyElements: true,
    lineMarker: pcMarker,
    lineMarkerChange: changed,
    domEventHandlers: {
      mousedown(view, line, event) {
        if ((event as MouseEvent).button !== 0) return false;
        act(actions.toggleBreakpoint, lineOf(view, line));
        return true;
      },
      contextmenu(view, line, event) {
        event.preventDefault();
        askCondition(view, lineOf(view, line));
        return true;
      },
    },
  }),
  gutter({ class: "cm-cov", renderEmptyElements: true, lineMarker: coverageMarker, lineMarkerChange: changed }),
];
