// Diagnostics: underlined where they are, said under their line, mended by one click where the fix is certain.
import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { RangeSetBuilder, StateEffect, StateField, type EditorState, type Text, type TransactionSpec } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";
import type { DiagnosticView } from "../schemas.ts";
import { toldAs } from "../verifier/told.ts";

/** Block messages beyond this many would push the program away. */
const MOST_SHOWN = 20;

export const setProblems = StateEffect.define<readonly DiagnosticView[]>();

function rangeOf(doc: Text, { span }: DiagnosticView): { from: number; to: number } {
  if (span === null || span.line < 1 || span.line > doc.lines) return { from: 0, to: 0 };
  const line = doc.line(span.line);
  const from = Math.min(line.from + span.start, line.to);
  return { from, to: Math.max(from, Math.min(line.from + span.end, line.to)) };
}

function mend(view: EditorView, problem: DiagnosticView): void {
  const { from, to } = rangeOf(view.state.doc, problem);
  view.dispatch({ changes: { from, to, insert: problem.replacement ?? "" }, userEvent: "input.fix" });
  view.focus();
}

function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** As a sentence that leaves names as they are written; the editor says it in one font: code needs no backticks. */
function said(text: string): string {
  return toldAs(text).replaceAll("`", "");
}

class Message extends WidgetType {
  readonly problem: DiagnosticView;

  constructor(problem: DiagnosticView) {
    super();
    this.problem = problem;
  }

  override eq(other: Message): boolean {
    return JSON.stringify(other.problem) === JSON.stringify(this.problem);
  }

  override toDOM(view: EditorView): HTMLElement {
    const { severity, message, hint, kernel, replacement } = this.problem;
    const box = element("div", `diag ${severity}`, "");
    const words = element("div", "", "");
    words.append(element("b", "", said(message)), " ", element("span", "say-hint", said(hint ?? "")));
    if (kernel !== null) words.append(element("code", "", kernel));
    box.append(words);
    if (replacement !== null) {
      const fix = element("button", "btn sm", replacement.trim() === "" ? "Remove it" : `Change to ${replacement.trim()}`);
      fix.setAttribute("type", "button");
      fix.addEventListener("click", () => mend(view, this.problem));
      box.append(fix);
    }
    return box;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function blocks(doc: Text, problems: readonly DiagnosticView[]): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const placed = problems
    .slice(0, MOST_SHOWN)
    .map((problem) => ({ problem, at: problem.span === null ? 0 : doc.lineAt(rangeOf(doc, problem).from).to }))
    .sort((a, b) => a.at - b.at);
  for (const { problem, at } of placed) {
    const side = problem.span === null ? -1 : 1;
    builder.add(at, at, Decoration.widget({ widget: new Message(problem), block: true, side }));
  }
  return builder.finish();
}

/** The messages under the lines. While the text changes they move along, until the next check. */
export const messages = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setProblems)) next = blocks(transaction.state.doc, effect.value);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function toDiagnostic(doc: Text, problem: DiagnosticView): Diagnostic {
  const { severity, message, hint } = problem;
  return { ...rangeOf(doc, problem), severity, message: `${said(message)} ${said(hint ?? "")}`.trim() };
}

/** The transaction that underlines these problems and no others, and spells out those of `spelt`. */
export function showProblems(state: EditorState, problems: readonly DiagnosticView[], spelt: readonly DiagnosticView[]): TransactionSpec {
  const lint = setDiagnostics(state, problems.map((problem) => toDiagnostic(state.doc, problem)));
  const effects = [setProblems.of(spelt), ...(Array.isArray(lint.effects) ? lint.effects : lint.effects ? [lint.effects] : [])];
  return { ...lint, effects };
}
