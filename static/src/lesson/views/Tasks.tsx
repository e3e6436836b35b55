// The tasks of a lesson, ticked as their checks pass.
import { Icon } from "../../views/Icon.tsx";
import * as lesson from "../state.ts";
import { Cleaned } from "./Cleaned.tsx";

function Bars() {
  const all = lesson.tasks.value;
  const current = lesson.task.value;
  return (
    <span class="prog" role="progressbar" aria-valuenow={lesson.tasksDone.value} aria-valuemin={0} aria-valuemax={all.length} aria-label="Tasks done">
      {all.map((one) => (
        <i key={one.number} class={lesson.taskDone(one) ? "done" : one === current ? "cur" : ""} />
      ))}
    </span>
  );
}

export function Tasks() {
  const all = lesson.tasks.value;
  const current = lesson.task.value;
  return (
    <section class="pane p-task" aria-label="Tasks">
      <div class="pane-h">
        <h2>Tasks</h2>
        <span class="meta">
          {lesson.tasksDone.value} of {all.length}
        </span>
        <span class="grow" />
        <Bars />
      </div>
      <ol class="tasks" aria-live="polite">
        {all.map((one) => {
          const done = lesson.taskDone(one);
          return (
            <li key={one.number} class={done ? "done" : one === current ? "cur" : ""} aria-current={one === current ? "step" : undefined}>
              {done ? <Icon name="pass" /> : <i aria-hidden="true">{one.number}</i>}
              <span>
                {done ? <span class="sr">Done: </span> : null}
                <Cleaned html={one.html} />
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
