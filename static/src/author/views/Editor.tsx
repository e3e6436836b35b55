// The open file, with what is wrong with it; and a check recorded from the workbench.
import { useEffect, useRef, useState } from "preact/hooks";
import { sentence } from "../../views/words.ts";
import { fileEditor, type FileEditor } from "../editor.ts";
import { loadWorkspaces, record, toProblem, typed } from "../run.ts";
import * as state from "../state.ts";

function Recording({ close }: { close: () => void }) {
  const [from, setFrom] = useState("");
  const [id, setId] = useState("");
  const [title, setTitle] = useState("");
  const [hidden, setHidden] = useState(false);
  useEffect(() => void loadWorkspaces(), []);
  const known = state.workspaces.value ?? [];
  const send = (event: Event) => {
    event.preventDefault();
    void record(from || (known[0]?.id ?? ""), id.trim(), title.trim(), hidden).then((fine) => fine && close());
  };
  return (
    <form class="recording" onSubmit={send}>
      <p>The packets of a program saved in the workbench become a check; it expects what your solution does with them.</p>
      <label>
        Program
        <select class="fld" value={from} onChange={(event) => setFrom(event.currentTarget.value)}>
          {known.map((row) => (
            <option key={row.id} value={row.id}>
              {row.title}
            </option>
          ))}
        </select>
      </label>
      <label>
        Id
        <input class="fld m" required pattern="[a-z0-9]+(-[a-z0-9]+)*" placeholder="recorded-flood" value={id} onInput={(event) => setId(event.currentTarget.value)} />
      </label>
      <label>
        Title
        <input class="fld" required placeholder="The flood is dropped, the visitor is not" value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <label class="row">
        <input type="checkbox" checked={hidden} onChange={(event) => setHidden(event.currentTarget.checked)} />
        hidden from learners
      </label>
      <div class="row">
        <button type="submit" class="btn sm pri" disabled={known.length === 0}>
          Add the check
        </button>
        <button type="button" class="btn sm q" onClick={close}>
          Cancel
        </button>
        {state.workspaces.value !== null && known.length === 0 ? <span class="dim">Nothing is saved in the workbench yet.</span> : null}
      </div>
    </form>
  );
}

/** Problems of the folder as a whole have no line to stand under. */
function Elsewhere() {
  const others = state.problems.value.filter(({ file }) => file === "" || !state.lesson.value?.files.some(({ name }) => name === file));
  if (others.length === 0) return null;
  return (
    <ul class="others">
      {others.map(({ file, diagnostic }, i) => (
        <li key={i}>
          <b class="t-drop">
            {file === "" ? "" : `${file}: `}
            {sentence(diagnostic.message)}
          </b>{" "}
          {diagnostic.hint === null ? "" : sentence(diagnostic.hint)}
        </li>
      ))}
    </ul>
  );
}

export function Editor() {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<FileEditor | null>(null);
  const [recording, setRecording] = useState(false);
  const name = state.file.value;
  const text = state.text.value;
  const here = state.here.value;
  useEffect(() => {
    if (host.current === null || text === null) return;
    const made = fileEditor(host.current, name, text, typed);
    editor.current = made;
    made.setProblems(state.here.peek().map(({ diagnostic }) => diagnostic));
    return () => {
      editor.current = null;
      made.close();
    };
  }, [name, text]);
  useEffect(() => editor.current?.setProblems(here.map(({ diagnostic }) => diagnostic)), [here]);
  useEffect(() => {
    if (toProblem.value > 0) editor.current?.toProblem();
  }, [toProblem.value, text]);
  const count = here.length;
  const [first] = here;
  return (
    <section class="pane au-edit" aria-label="Editor">
      <div class="pane-h">
        <h2>{name}</h2>
        <span class={count > 0 ? "meta t-drop" : "meta"}>{count === 0 ? "" : `${count} ${count === 1 ? "problem" : "problems"}${first?.diagnostic.span ? `, line ${first.diagnostic.span.line}` : ""}`}</span>
        <span class="grow" />
        {name === "checks.yaml" ? (
          <button type="button" class="btn sm" aria-expanded={recording} onClick={() => setRecording(!recording)}>
            Record from the workbench
          </button>
        ) : null}
        <a class="btn sm q" href="/reference" target="_blank" rel="noopener">
          Reference
        </a>
      </div>
      {recording && name === "checks.yaml" ? <Recording close={() => setRecording(false)} /> : null}
      <Elsewhere />
      <div class="pane-b">{text === null ? <p class="sb">A capture cannot be shown as text.</p> : <div class="editor-host" ref={host} />}</div>
    </section>
  );
}
