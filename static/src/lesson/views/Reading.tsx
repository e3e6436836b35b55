// The text of a lesson, block by block.
import { TRACKS } from "../tracks.ts";
import type { LessonDoc, ProgramBlock, TaskBlock, ViewBlock } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";
import { openExample, showMe } from "../run.ts";
import * as lesson from "../state.ts";
import { Cleaned } from "./Cleaned.tsx";
import { Predict } from "./Predict.tsx";

type Block = LessonDoc["blocks"][number];

function Task({ block }: { block: TaskBlock }) {
  const done = lesson.taskDone(block);
  return (
    <section class={done ? "ltask done" : "ltask"} aria-label={`Task ${block.number}${done ? ", done" : ""}`}>
      <i aria-hidden="true">{done ? <Icon name="pass" /> : block.number}</i>
      <Cleaned html={block.html} />
    </section>
  );
}

function ShowMe({ block }: { block: ViewBlock }) {
  return (
    <p class="showme">
      <button type="button" class="btn sm" onClick={() => void showMe(block)}>
        <Icon name="right" />
        {block.label}
        <span class="dim">{block.pane}</span>
      </button>
    </p>
  );
}

function Example({ block }: { block: ProgramBlock }) {
  const packets = block.inputs.packets.length;
  return (
    <figure class="prg">
      <pre class="m" tabIndex={0} aria-label={`Program ${block.file}`}>
        {block.inputs.source}
      </pre>
      <figcaption>
        <Cleaned html={block.html} />
        <button type="button" class="btn sm" onClick={() => void openExample(block)}>
          Run it in the workbench{packets > 1 ? `, on ${packets} packets` : ""}
        </button>
      </figcaption>
    </figure>
  );
}

function Shown({ block }: { block: Block }) {
  switch (block.kind) {
    case "html":
      return <Cleaned html={block.html} />;
    case "task":
      return <Task block={block} />;
    case "predict":
      return <Predict block={block} />;
    case "view":
      return <ShowMe block={block} />;
    case "program":
      return <Example block={block} />;
    case "figure":
      return (
        <figure class="fig">
          <div role="img" aria-label={block.alt}>
            <Cleaned html={block.svg} />
          </div>
          {block.html === "" ? null : (
            <figcaption>
              <Cleaned html={block.html} />
            </figcaption>
          )}
        </figure>
      );
    case "hint":
      return (
        <details class="fold-hint">
          <summary>A hint, if you want one</summary>
          <Cleaned html={block.html} />
        </details>
      );
  }
}

function Onwards() {
  const { next } = lesson.neighbours.value;
  const done = lesson.mine.value?.passed_at != null;
  if (next === null) return null;
  return (
    <p class="onwards">
      <a class={done ? "btn pri" : "btn"} href={`/lesson/${next.id}`}>
        {done ? "Next" : "Skip to"}: {next.title}
        <Icon name="right" />
      </a>
    </p>
  );
}

/** Lessons that this one builds on. */
function Needs({ ids }: { ids: readonly string[] }) {
  const rows = lesson.rows.value.filter(({ id }) => ids.includes(id));
  if (rows.length === 0) return null;
  return (
    <p class="needs">
      Builds on{" "}
      {rows.map(({ id, number, title }, i) => (
        <>
          {i > 0 ? ", " : ""}
          <a key={id} href={`/lesson/${id}`}>
            {number} {title}
          </a>
        </>
      ))}
    </p>
  );
}

export function Reading() {
  const found = lesson.lesson.value;
  if (found === null) return null;
  const { row, blocks } = found;
  return (
    <article class="read p-read" id="tab-read-panel" tabIndex={0} aria-label="The lesson">
      <div class="read-in">
        <p class="eyebrow">
          <span>{TRACKS[row.track]?.title ?? row.track}</span>
          <span>
            Lesson {row.number}
            {lesson.rows.value.length === 0 ? "" : ` of ${Math.max(...lesson.rows.value.map(({ number }) => number))}`}
          </span>
          <span>about {row.minutes} min</span>
        </p>
        <h1>{row.title}</h1>
        <p class="lead">{row.summary}</p>
        <Needs ids={row.prerequisites} />
        {blocks.map((block, i) => (
          <Shown key={i} block={block} />
        ))}
        <Onwards />
      </div>
    </article>
  );
}
