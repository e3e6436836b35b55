// The lesson, side by side or one tab at a time: reading, the program with its stepper, tasks and checks.
import { viewport } from "../../page.ts";
import * as select from "../../select.ts";
import { Icon, type IconName } from "../../views/Icon.tsx";
import { Overlays } from "../../views/Overlays.tsx";
import { choosing } from "../../views/choosing.ts";
import { sentence } from "../../views/words.ts";
import { openStepper } from "../run.ts";
import * as lesson from "../state.ts";
import { Bar } from "./Bar.tsx";
import { Checks } from "./Checks.tsx";
import { Program } from "./Program.tsx";
import { Reading } from "./Reading.tsx";
import { Stepper } from "./Stepper.tsx";
import { Tasks } from "./Tasks.tsx";
import { Compare } from "./Compare.tsx";

const ONE_AT_A_TIME = 1_100;

const TABS: readonly { view: lesson.View; title: string; icon: IconName }[] = [
  { view: "read", title: "Read", icon: "read" },
  { view: "code", title: "Code", icon: "code" },
  { view: "checks", title: "Checks", icon: "flag" },
  { view: "step", title: "Step", icon: "right" },
];

function choose(view: lesson.View): void {
  if (view === "step") openStepper();
  else lesson.view.value = view;
}

function badge(view: lesson.View): number {
  if (view === "code") return select.errors.value.length;
  return view === "checks" ? lesson.failing.value.length : 0;
}

function Tabs() {
  return (
    <nav class="tabbar" aria-label="Parts of the lesson">
      <div role="tablist" aria-label="Parts of the lesson" onKeyDown={choosing}>
        {TABS.map(({ view, title, icon }) => (
          <button key={view} id={`tab-${view}`} type="button" role="tab" aria-selected={lesson.view.value === view} tabIndex={lesson.view.value === view ? 0 : -1} onClick={() => choose(view)}>
            <Icon name={icon} />
            {title}
            {badge(view) > 0 ? <b>{badge(view)}</b> : null}
          </button>
        ))}
      </div>
    </nav>
  );
}

function Missing() {
  const failure = lesson.missing.value;
  return (
    <main id="main" class="hm oops" tabIndex={-1}>
      <h1>{failure === null ? "Opening the lesson" : sentence(failure.message)}</h1>
      {failure?.hint ? <p>{sentence(failure.hint)}</p> : null}
      {failure === null ? null : (
        <p>
          <a class="btn pri" href="/#lessons">
            All lessons
          </a>
        </p>
      )}
    </main>
  );
}

/** Where there is room, all of it stands side by side; else one part is drawn, so that none is read twice. */
function Parts() {
  const all = viewport.value >= ONE_AT_A_TIME;
  const view = lesson.view.value;
  const comparing = lesson.comparing.value;
  const stepper = all ? lesson.stepping.value : view === "step";
  return (
    <main id="main" class={all ? "ls" : "ls one"} data-view={view} tabIndex={-1}>
      {all || view === "read" ? <Reading /> : <h1 class="sr">{lesson.lesson.value?.row.title}</h1>}
      {all || view === "code" || view === "step" ? (
        <div class={stepper ? "p-mid stepping" : "p-mid"}>
          {all || view === "code" ? comparing ? <Compare /> : <Program /> : null}
          {stepper ? <Stepper /> : null}
        </div>
      ) : null}
      {all || view === "checks" ? (
        <div class="p-side">
          <Tasks />
          <Checks />
        </div>
      ) : null}
    </main>
  );
}

export function Page() {
  return (
    <>
      <a class="sr skip" href="#main">
        Skip to main content
      </a>
      <Bar />
      {lesson.lesson.value === null ? <Missing /> : <Parts />}
      {viewport.value < ONE_AT_A_TIME && lesson.lesson.value !== null ? <Tabs /> : null}
      <Overlays />
    </>
  );
}
