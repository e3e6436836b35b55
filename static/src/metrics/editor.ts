// An editor of one YAML text: its problems under their lines, the lines that are followed lit, and what the mouse is over told.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField, Transaction, type Extension } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, type DecorationSet } from "@codemirror/view";
import { messages, showProblems } from "../editor/problems.ts";
import { typing } from "../editor/typing.ts";
import { MAX_MANIFEST, type DiagnosticView } from "../schemas.ts";
import { yaml } from "./yaml.ts";

const setLines = StateEffect.define<ReadonlySet<number>>();
const LIT = Decoration.line({ class: "hl" });

const litLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setLines)) continue;
      const { doc } = transaction.state;
      const there = [...effect.value].filter((line) => line >= 1 && line <= doc.lines).sort((a, b) => a - b);
      next = Decoration.set(there.map((line) => LIT.range(doc.line(line).from)));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** After Esc, Tab leaves the editor; coming back, it indents again. */
const tabLeaves: Extension = [
  keymap.of([{ key: "Escape", run: (view) => (view.setTabFocusMode(true), false) }]),
  EditorView.domEventHandlers({ focus: (_, view) => view.setTabFocusMode(false) }),
];

export interface Editing {
  label: string;
  text: string;
  changed: (text: string) => void;
  /** The line that is pointed at, by the mouse or the text cursor; null: none. */
  over: (line: number | null) => void;
}

export interface YamlEditor {
  setText: (text: string) => void;
  setProblems: (problems: readonly DiagnosticView[]) => void;
  setLines: (lines: ReadonlySet<number>) => void;
  close: () => void;
}

function pointing({ over }: Editing): Extension {
  return EditorView.domEventHandlers({
    mousemove: (event, view) => {
      const pos = view.posAtCoords({ x: event.clientX, y: event.clientY });
      over(pos === null ? null : view.state.doc.lineAt(pos).number);
    },
    mouseleave: () => over(null),
    blur: () => over(null),
  });
}

function extensions(editing: Editing): Extension {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
  return [
    nonce === undefined ? [] : EditorView.cspNonce.of(nonce),
    messages,
    litLines,
    typing,
    yaml(),
    history(),
    drawSelection(),
    closeBrackets(),
    EditorState.tabSize.of(2),
    EditorState.changeFilter.of((transaction) => !transaction.docChanged || transaction.newDoc.length <= MAX_MANIFEST),
    tabLeaves,
    pointing(editing),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, indentWithTab].filter(({ key }) => key !== "Mod-Enter")),
    EditorView.contentAttributes.of({ "aria-label": editing.label, tabindex: "0", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((one) => one.annotation(Transaction.remote))) editing.changed(update.state.doc.toString());
      else if (update.selectionSet && update.view.hasFocus) editing.over(update.state.doc.lineAt(update.state.selection.main.head).number);
    }),
  ];
}

export function yamlEditor(parent: HTMLElement, editing: Editing): YamlEditor {
  const view = new EditorView({ parent, state: EditorState.create({ doc: editing.text, extensions: extensions(editing) }) });
  return {
    setText: (text) => {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations: Transaction.remote.of(true) });
    },
    setProblems: (problems) => view.dispatch(showProblems(view.state, problems, problems)),
    setLines: (lines) => view.dispatch({ effects: setLines.of(lines) }),
    close: () => view.destroy(),
  };
}
