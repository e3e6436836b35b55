// The learner's program and the solution, line by line.
import { computed } from "@preact/signals";
import * as select from "../../select.ts";
import { Icon } from "../../views/Icon.tsx";
import { choosing } from "../../views/choosing.ts";
import { diff } from "../diff.ts";
import * as lesson from "../state.ts";

const files = computed(() => ["", ...Object.keys(lesson.documents.value)]);

const lines = computed(() => {
  const reply = lesson.reply.value;
  const name = lesson.file.value;
  if (name === "") return diff(select.source.value, reply?.solution ?? "");
  return diff(lesson.documents.value[name] ?? "", reply?.solution_documents[name] ?? "");
});

const SIGN = { same: " ", mine: "−", theirs: "+" } as const;
const SAID = { same: "", mine: "yours: ", theirs: "solution: " } as const;

export function Compare() {
  const changed = lines.value.filter(({ kind }) => kind !== "same").length;
  return (
    <section class="pane p-code" aria-label="Compared with the solution">
      <div class="pane-h">
        <h2>Yours and the solution</h2>
        <span class="meta">{changed === 0 ? "line for line the same" : "− yours, + the solution’s: one way among several"}</span>
        <span class="grow" />
        {files.value.length === 1 ? null : (
          <div class="seg sm" role="radiogroup" aria-label="File" onKeyDown={choosing}>
            {files.value.map((name) => (
              <button key={name} type="button" role="radio" aria-checked={lesson.file.value === name} tabIndex={lesson.file.value === name ? 0 : -1} onClick={() => (lesson.file.value = name)}>
                {name === "" ? "program" : name}
              </button>
            ))}
          </div>
        )}
        <button type="button" class="btn q i sm" aria-label="Close the comparison" onClick={() => (lesson.comparing.value = false)}>
          <Icon name="close" />
        </button>
      </div>
      <div class="pane-b" tabIndex={0}>
        <ol class="ldiff m">
          {lines.value.map(({ kind, text, mine, theirs }, i) => (
            <li key={i} class={kind}>
              <span class="n">{mine ?? ""}</span>
              <span class="n">{theirs ?? ""}</span>
              <i aria-hidden="true">{SIGN[kind]}</i>
              <span class="sr">{SAID[kind]}</span>
              <code>{text}</code>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
