// The lessons of the folder, and the files of the one that is open.
import { useState } from "preact/hooks";
import type { LessonFolder } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";
import { createFile, openFile, openLesson, putBack, removed, removeFile, takeArchive } from "../run.ts";
import * as state from "../state.ts";

/** Files that a lesson cannot do without. */
const NEEDED: ReadonlySet<string> = new Set(["lesson.md", "stub.bpf", "solution.bpf", "checks.yaml", "hints.yaml", "design.md"]);

function note(lesson: LessonFolder, name: string): { text: string; tone: string } | null {
  const problems = state.problemsOf(name);
  if (problems > 0) return { text: `${problems} ${problems === 1 ? "problem" : "problems"}`, tone: "t-drop" };
  const stem = name.replace(/^wrong\//, "").replace(/\..*$/, "");
  const row = name.endsWith(".bpf") && state.proof.value?.lesson === lesson.name ? state.proof.value.answers.find((answer) => answer.name === stem) : undefined;
  if (row === undefined) return null;
  if (row.kind === "wrong") return row.passed ? { text: "slips", tone: "t-drop" } : row.right ? null : { text: "other reason", tone: "t-abort" };
  return row.right ? { text: row.kind === "stub" ? "fails" : `passes ${row.cells.length}`, tone: "t-pass" } : { text: row.kind === "stub" ? "passes" : "fails", tone: "t-drop" };
}

function File({ lesson, name, text }: { lesson: LessonFolder; name: string; text: boolean }) {
  const told = note(lesson, name);
  const current = state.file.value === name;
  return (
    <li class={current ? "cur" : ""}>
      <button type="button" class="file" disabled={!text} aria-current={current ? "true" : undefined} onClick={() => void openFile(name)}>
        <Icon name="file" />
        <span>{name.replace(/^wrong\//, "")}</span>
        {told === null ? null : <em class={told.tone}>{told.text}</em>}
      </button>
      {NEEDED.has(name) ? null : (
        <button type="button" class="btn q i sm" aria-label={`Remove ${name}`} title={`Remove ${name}`} onClick={() => void removeFile(name)}>
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

function NewFile() {
  const [name, setName] = useState("");
  const add = (event: Event) => {
    event.preventDefault();
    void createFile(name.trim());
    setName("");
  };
  return (
    <form class="row newfile" onSubmit={add}>
      <input class="fld m" aria-label="Name of a new file" placeholder="wrong/04-why.bpf" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      <button type="submit" class="btn i sm" aria-label="Make the file" title="Make the file">
        <Icon name="plus" />
      </button>
    </form>
  );
}

function Tree({ lesson }: { lesson: LessonFolder }) {
  const plain = lesson.files.filter(({ name }) => !name.startsWith("wrong/"));
  const wrong = lesson.files.filter(({ name }) => name.startsWith("wrong/"));
  return (
    <div class="ftree">
      <ul aria-label={`Files of ${lesson.name}`}>
        {plain.map(({ name, text }) => (
          <File key={name} lesson={lesson} name={name} text={text} />
        ))}
      </ul>
      <p class="folder">
        <Icon name="folder" />
        wrong <em>{wrong.length}</em>
      </p>
      <ul aria-label="Wrong answers">
        {wrong.map(({ name, text }) => (
          <File key={name} lesson={lesson} name={name} text={text} />
        ))}
      </ul>
      <NewFile />
      {removed.length === 0 ? null : (
        <button type="button" class="btn sm q" onClick={() => void putBack()}>
          Put {removed.at(-1)?.name} back
        </button>
      )}
    </div>
  );
}

function Archives() {
  const lesson = state.lesson.value;
  return (
    <details class="archives">
      <summary>Import and export</summary>
      <label class="btn sm">
        Import a zip
        <input
          type="file"
          accept=".zip,application/zip"
          class="sr"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file !== undefined) void takeArchive(file);
            event.currentTarget.value = "";
          }}
        />
      </label>
      {lesson === null ? null : (
        <>
          <a class="btn sm" href={`/api/author/${lesson.name}/lesson.zip`}>
            This lesson as zip
          </a>
          <a class="btn sm" href={`/api/author/${lesson.name}/reading.html`}>
            This lesson to read
          </a>
        </>
      )}
      <a class="btn sm" href="/api/author/lessons.zip">
        All as zip
      </a>
      <a class="btn sm" href="/api/author/reading.html">
        All to read
      </a>
    </details>
  );
}

export function Files() {
  const folder = state.folder.value;
  const open = state.lesson.value;
  return (
    <section class="pane au-files" aria-label="Files">
      <div class="pane-h">
        <h2>Lessons</h2>
        <span class="grow" />
        <button type="button" class="btn q i sm" aria-label="New lesson" title="New lesson" onClick={() => (state.making.value = true)}>
          <Icon name="plus" />
        </button>
      </div>
      <div class="pane-b" tabIndex={0}>
        <ul aria-label="Lessons">
          {(folder?.lessons ?? []).map((lesson) => (
            <li key={lesson.name}>
              <button type="button" class={lesson.name === open?.name ? "file lsn cur" : "file lsn"} aria-expanded={lesson.name === open?.name} onClick={() => void openLesson(lesson.name)}>
                <Icon name="folder" />
                <span>{lesson.name}</span>
                {lesson.problems.length === 0 ? null : <em class="t-drop">{lesson.problems.length}</em>}
              </button>
              {lesson.name === open?.name ? <Tree lesson={open} /> : null}
            </li>
          ))}
        </ul>
        <Archives />
      </div>
    </section>
  );
}
