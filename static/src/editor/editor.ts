// The editor: CodeMirror on one side, the store on the other, kept the same by effects.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, undo } from "@codemirror/commands";
import { nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Transaction, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, placeholder, type ViewUpdate } from "@codemirror/view";
import { effect } from "@preact/signals";
import * as actions from "../actions.ts";
import { whenDrawn } from "../drawn.ts";
import { MAX_SOURCE, type DiagnosticView } from "../schemas.ts";
import * as select from "../select.ts";
import { act, state } from "../store.ts";
import * as time from "../time.ts";
import * as verdict from "../verdict.ts";
import { arc } from "./arc.ts";
import { complete } from "./complete.ts";
import { askCondition } from "./condition.ts";
import { edges } from "./edges.ts";
import { gutters } from "./gutters.ts";
import { hover } from "./hover.ts";
import { ebpf } from "./language.ts";
import { placeOf, setSlots, setStops, slotAt, slots, stops, stopsOf } from "./lines.ts";
import { gutterStates, marks, refresh } from "./marks.ts";
import { pointing } from "./pointing.ts";
import { editorCommands } from "./port.ts";
import { messages, setProblems, showProblems } from "./problems.ts";
import { typing } from "./typing.ts";
import { onVerifier, walkedPlace, walkedSignals } from "./walked.ts";

/** How long a line is left alone before its problem is spelt out under it, in ms. */
const RESTED = 500;

/** Room kept around the current line when it is brought into view, in px. */
const MARGIN = 60;

/** Keys that the page gives a meaning of its own. */
const OURS = new Set(["Mod-Enter", "Mod-k", "Ctrl-k", "F8"]);
const inherited = [...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...closeBracketsKeymap];

function changed(update: ViewUpdate): void {
  if (!update.docChanged) return;
  const text = update.state.doc.toString();
  if (text !== state.peek().inputs.source) act(actions.edit, text, stopsOf(update.state));
}

/** Refuses what would make the program longer than the server takes, and says so. */
function short({ newDoc, docChanged }: Transaction): boolean {
  if (!docChanged || newDoc.length <= MAX_SOURCE) return true;
  queueMicrotask(() => act(actions.toast, `Left out: a program has at most ${MAX_SOURCE.toLocaleString("en")} characters.`));
  return false;
}

/** After Esc, Tab leaves the editor; coming back, it indents again. */
const tabLeaves: Extension = [
  keymap.of([{ key: "Escape", run: (view) => (view.setTabFocusMode(true), false) }]),
  EditorView.domEventHandlers({ focus: (_, view) => view.setTabFocusMode(false) }),
];

/** Nothing can be typed before the program that the address names is there: it would be lost. */
const opened = new Compartment();

function extensions(): Extension {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
  return [
    nonce === undefined ? [] : EditorView.cspNonce.of(nonce),
    slots,
    stops,
    messages,
    gutterStates,
    gutters,
    marks,
    arc,
    edges,
    pointing,
    typing,
    hover,
    ebpf(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    closeBrackets(),
    autocompletion({ override: [complete], icons: false }),
    placeholder("Type eBPF here, such as\n  r0 = 2\n  exit"),
    EditorState.tabSize.of(4),
    opened.of(EditorState.readOnly.of(true)),
    EditorState.changeFilter.of(short),
    tabLeaves,
    EditorView.scrollMargins.of(() => ({ bottom: 48 })), // room for a message under the line
    keymap.of([...inherited.filter(({ key }) => key === undefined || !OURS.has(key)), indentWithTab]),
    EditorView.contentAttributes.of({ "aria-label": "Program text", tabindex: "0", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
    EditorView.updateListener.of(changed),
  ];
}

/** Replaces only what differs, so that the text cursor and marks stay where they can. The first text is not to be undone. */
function setText(view: EditorView, text: string): void {
  const old = view.state.doc.toString();
  if (old === text) return;
  let from = 0;
  while (from < old.length && from < text.length && old[from] === text[from]) from += 1;
  let tail = 0;
  const most = Math.min(old.length, text.length) - from;
  while (tail < most && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
  view.dispatch({ changes: { from, to: old.length - tail, insert: text.slice(from, text.length - tail) }, annotations: Transaction.addToHistory.of(old !== "") });
}

/** Shows the current line, unless someone has scrolled away from it. */
function follow(view: EditorView, wasAt: number | null): number | null {
  const { snapshot } = select.here.peek();
  const place = onVerifier() ? walkedPlace() : snapshot;
  const at = place === null ? null : placeOf(view.state, place.program, place.pc);
  if (at === null || at === wasAt) return at;
  // The scroller is moved here and not by CodeMirror, which would scroll the page around it as well.
  view.requestMeasure({
    key: follow,
    read: () => {
      const { scrollTop, clientHeight } = view.scrollDOM;
      const placeOnScreen = (pos: number) => {
        const block = view.lineBlockAt(pos);
        const top = block.top + view.documentPadding.top;
        return { top, bottom: top + block.height, seen: top >= scrollTop && top + block.height <= scrollTop + clientHeight };
      };
      const line = placeOnScreen(at);
      const left = wasAt !== null && (wasAt > view.state.doc.length || !placeOnScreen(wasAt).seen);
      if (line.seen || left) return null;
      return line.top < scrollTop ? line.top - MARGIN : line.bottom + MARGIN - clientHeight;
    },
    write: (top) => {
      if (top !== null) view.scrollDOM.scrollTop = top;
    },
  });
  return at;
}

/** Problems to spell out now: those of the line being typed wait until the keys rest, so that lines do not jump. */
function split(view: EditorView, problems: readonly DiagnosticView[]): { now: DiagnosticView[]; soon: boolean } {
  const typing = view.hasFocus ? cursorLine(view) : -1;
  const now = problems.filter(({ span }) => span === null || span.line !== typing);
  return { now, soon: now.length < problems.length };
}

function sync(view: EditorView): void {
  let at: number | null = null;
  let later: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const wanted = select.breakpoints.value;
    setText(view, select.source.value); // first: breakpoints stand on its lines
    if (JSON.stringify(wanted) !== JSON.stringify(stopsOf(view.state))) view.dispatch({ effects: [setStops.of(wanted), refresh.of(null)] });
  });
  effect(() => view.dispatch({ effects: opened.reconfigure(EditorState.readOnly.of(!select.opened.value)) }));
  effect(() => {
    const check = select.check.value;
    if (check === null || check.revision !== state.peek().revision) return;
    const programs = check.programs.some((program) => program.slots.length > 0) ? [setSlots.of(check.programs)] : [];
    view.dispatch({ effects: [...programs, refresh.of(null)] });
    clearTimeout(later);
    const problems = [...check.diagnostics, ...verdict.problems.value];
    const { now, soon } = split(view, problems);
    view.dispatch(showProblems(view.state, problems, now));
    if (soon) later = setTimeout(() => view.dispatch({ effects: setProblems.of(problems) }), RESTED);
  });
  let due = false;
  effect(() => {
    void [select.here.value, select.related.value, select.walked.value, select.run.value, ...walkedSignals()];
    if (due) return;
    due = true;
    // The editor asks the browser where the selection is whenever it changes.
    whenDrawn(() => {
      due = false;
      view.dispatch({ effects: refresh.of(null) });
      at = follow(view, at);
    });
  });
}

function cursorLine(view: EditorView): number {
  return view.state.doc.lineAt(view.state.selection.main.head).number;
}

function offer(view: EditorView): void {
  Object.assign(editorCommands, {
    undo: () => void undo(view),
    toggleBreakpoint: () => act(actions.toggleBreakpoint, cursorLine(view)),
    askCondition: () => askCondition(view, cursorLine(view)),
    problem: (by: 1 | -1) => {
      view.focus();
      (by > 0 ? nextDiagnostic : previousDiagnostic)(view);
    },
    toCursorLine: () => {
      const line = view.state.doc.line(cursorLine(view));
      const slot = slotAt(view.state, line.from, line.to);
      if (slot !== null) time.toPc(slot.pc);
    },
    goToLine: (line: number) => {
      const place = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
      view.dispatch({ selection: { anchor: place.from }, effects: EditorView.scrollIntoView(place.from, { y: "center" }) });
      view.focus();
    },
    lineOf: (program: number, pc: number) => {
      const at = placeOf(view.state, program, pc);
      return at === null ? null : view.state.doc.lineAt(at).number;
    },
    insert: (text: string) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
  });
}

let only: EditorView | null = null;

/** The one editor. It outlives its pane, so that undo, selection and place are there when the pane comes back. */
function editor(): EditorView {
  if (only !== null) return only;
  only = new EditorView({ state: EditorState.create({ doc: state.peek().inputs.source, extensions: extensions() }) });
  offer(only);
  sync(only);
  return only;
}

/** Puts the editor into an element; call the result to take it out again. */
export function mountEditor(parent: HTMLElement): () => void {
  const view = editor();
  parent.append(view.dom);
  const { top, left } = place;
  view.requestMeasure({ key: mountEditor, read: () => null, write: () => view.scrollDOM.scrollTo({ top, left }) });
  return () => {
    place = { top: view.scrollDOM.scrollTop, left: view.scrollDOM.scrollLeft };
    view.dom.remove();
  };
}

/** Where the text was scrolled to when it was last taken off the page. */
let place = { top: 0, left: 0 };
