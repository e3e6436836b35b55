// An editor of one file of a lesson: its problems under their lines.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, Transaction, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { ebpf } from "../editor/language.ts";
import { messages, showProblems } from "../editor/problems.ts";
import { typing } from "../editor/typing.ts";
import { yaml } from "../metrics/yaml.ts";
import type { DiagnosticView } from "../schemas.ts";

export interface FileEditor {
  setProblems: (problems: readonly DiagnosticView[]) => void;
  /** Shows the line of the first problem. */
  toProblem: () => void;
  close: () => void;
}

/** After Esc, Tab leaves the editor; coming back, it indents again. */
const tabLeaves: Extension = [
  keymap.of([{ key: "Escape", run: (view) => (view.setTabFocusMode(true), false) }]),
  EditorView.domEventHandlers({ focus: (_, view) => view.setTabFocusMode(false) }),
];

function language(name: string): Extension {
  if (name.endsWith(".bpf")) return ebpf();
  if (name.endsWith(".yaml")) return yaml();
  return name.endsWith(".md") ? EditorView.lineWrapping : [];
}

/** Those whose place the text does not have go to its first line. */
function placed(problems: readonly DiagnosticView[], lines: number): DiagnosticView[] {
  return problems.map((problem) => (problem.span !== null && problem.span.line <= lines ? problem : { ...problem, span: { line: 1, start: 0, end: 1 } }));
}

export function fileEditor(parent: HTMLElement, name: string, text: string, changed: (text: string) => void): FileEditor {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
  const extensions: Extension = [
    nonce === undefined ? [] : EditorView.cspNonce.of(nonce),
    lineNumbers(),
    messages,
    typing,
    language(name),
    history(),
    search(),
    drawSelection(),
    highlightActiveLine(),
    closeBrackets(),
    EditorState.tabSize.of(name.endsWith(".bpf") ? 4 : 2),
    tabLeaves,
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, indentWithTab].filter(({ key }) => key !== "Mod-Enter")),
    EditorView.contentAttributes.of({ "aria-label": name, tabindex: "0", spellcheck: name.endsWith(".md") ? "true" : "false", autocorrect: "off", autocapitalize: "off" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((one) => one.annotation(Transaction.remote))) changed(update.state.doc.toString());
    }),
  ];
  const view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  let known: DiagnosticView[] = [];
  return {
    setProblems: (problems) => {
      known = placed(problems, view.state.doc.lines);
      view.dispatch(showProblems(view.state, known, known));
    },
    toProblem: () => {
      const [first] = known;
      if (first?.span == null) return;
      const at = view.state.doc.line(Math.min(first.span.line, view.state.doc.lines)).from;
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    close: () => view.destroy(),
  };
}
