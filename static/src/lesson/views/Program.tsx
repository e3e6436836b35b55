// The program of a lesson, and what is written beside it, as tabs of one editor.
import { useEffect, useRef } from "preact/hooks";
import * as select from "../../select.ts";
import { EditorBody } from "../../views/EditorPane.tsx";
import { Icon } from "../../views/Icon.tsx";
import { choosing } from "../../views/choosing.ts";
import { said } from "../../views/VerdictChip.tsx";
import * as verdict from "../../verdict.ts";
import type { YamlEditor } from "../../metrics/editor.ts";
import { openStepper, reset, run, verify } from "../run.ts";
import * as lesson from "../state.ts";

function programName(): string {
  return `${select.program.value?.name || "program"}.bpf`;
}

function Files() {
  const names = ["", ...Object.keys(lesson.documents.value)];
  if (names.length === 1) return <h2>{programName()}</h2>;
  return (
    <div class="tabs" role="tablist" aria-label="Files" onKeyDown={choosing}>
      {names.map((name) => (
        <button key={name} type="button" role="tab" aria-selected={lesson.file.value === name} tabIndex={lesson.file.value === name ? 0 : -1} onClick={() => (lesson.file.value = name)}>
          {name === "" ? programName() : name}
        </button>
      ))}
    </div>
  );
}

/** The verdict as you type; pressed, it says why. */
function Verdict() {
  const found = said();
  const errors = select.errors.value.length;
  if (errors > 0)
    return (
      <span class="vd drop">
        <Icon name="drop" />
        {errors} {errors === 1 ? "problem" : "problems"}
      </span>
    );
  if (found === null) return null;
  const late = verdict.stale.value && found.tone !== "wait";
  return (
    <button type="button" class={`vchip ${found.tone}${late ? " late" : ""}`} aria-label={`Verifier: ${found.word} ${found.rest}. Show why.`} title={found.title} onClick={verify}>
      <span class={`vd ${found.tone}`}>
        <Icon name={found.icon} />
        {found.word}
      </span>
    </button>
  );
}

function Document({ name }: { name: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let editor: YamlEditor | null = null;
    let gone = false;
    void import("../../metrics/editor.ts").then(({ yamlEditor }) => {
      if (gone || host.current === null) return;
      const changed = (text: string) => (lesson.documents.value = { ...lesson.documents.peek(), [name]: text });
      editor = yamlEditor(host.current, { label: name, text: lesson.documents.peek()[name] ?? "", changed, over: () => undefined });
    });
    const stop = lesson.documents.subscribe((now) => editor?.setText(now[name] ?? ""));
    return () => {
      gone = true;
      stop();
      editor?.close();
    };
  }, [name]);
  return (
    <div class="pane-b">
      <div class="editor-host" ref={host} />
    </div>
  );
}

export function Program() {
  const name = lesson.file.value;
  return (
    <section class="pane p-code" data-pane="editor" aria-label="Editor" tabIndex={-1}>
      <div class="pane-h">
        <Files />
        <Verdict />
        <span class="grow" />
        <button type="button" class="btn sm q" title="The program as it was at first; undo brings yours back" onClick={reset}>
          Reset
        </button>
        <button type="button" class="btn sm" onClick={verify}>
          Verify
        </button>
        <button type="button" class="btn sm" title="Runs this packet to its end; from there you can go back" onClick={run}>
          Run
        </button>
        {lesson.stepping.value ? null : (
          <button type="button" class="btn sm step-b" title="Opens the stepper" onClick={openStepper}>
            Step
          </button>
        )}
      </div>
      {name === "" ? <EditorBody /> : <Document key={name} name={name} />}
    </section>
  );
}
