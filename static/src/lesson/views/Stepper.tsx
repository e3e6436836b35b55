// The workbench's time and panes, in a lesson: the run, or the verifier's walk.
import type { ComponentType } from "preact";
import { TITLES, type PaneId } from "../../panes.ts";
import { screen } from "../../screen.ts";
import { choosing } from "../../views/choosing.ts";
import { Icon } from "../../views/Icon.tsx";
import { lazy } from "../../views/lazy.tsx";
import { PANES } from "../../views/registry.ts";
import { Sentence } from "../../views/Sentence.tsx";
import { TimeBand } from "../../views/TimeBand.tsx";
import { asked } from "../held.ts";
import { RUN_PANES, SHORT, WALK_PANES } from "../panes.ts";
import { closeStepper, openHere, ownPackets, showPane, skip } from "../run.ts";
import * as lesson from "../state.ts";

const WalkBands = lazy(() => import("./Walk.tsx").then((module) => module.WalkBands));
const WalkHead = lazy(() => import("./Walk.tsx").then((module) => module.WalkHead));
const WalkBody = lazy(() => import("./Walk.tsx").then((module) => module.WalkBody));

const MODES = [
  ["workbench", "Run"],
  ["verifier", "Verifier"],
] as const;

function Modes() {
  const to = (mode: "workbench" | "verifier") => showPane(mode === "verifier" ? "v-why" : "registers");
  return (
    <div class="seg sm" role="radiogroup" aria-label="What is stepped through" onKeyDown={choosing}>
      {MODES.map(([id, name]) => (
        <button key={id} type="button" role="radio" aria-checked={screen.value === id} tabIndex={screen.value === id ? 0 : -1} onClick={() => to(id)}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** Whose packets these are, where they are not the lesson's own. */
function Whose() {
  const title = lesson.showing.value;
  if (title === "" || screen.value === "verifier") return <span class="grow" />;
  return (
    <>
      <span class="meta grow">sent by the check: {title}</span>
      <button type="button" class="btn sm q" onClick={ownPackets}>
        The lesson’s own packets
      </button>
    </>
  );
}

/** The question that holds time here. */
function Asked() {
  const block = asked.value;
  if (block === null || screen.value === "verifier") return null;
  const answer = () => {
    lesson.view.value = "read";
    requestAnimationFrame(() => {
      const found = document.getElementById(`predict-${block.id}`);
      found?.scrollIntoView({ block: "center" });
      found?.querySelector<HTMLElement>("input")?.focus();
    });
  };
  return (
    <div class="gate" role="status">
      <span>A question comes first: what do you expect here?</span>
      <button type="button" class="btn sm pri" onClick={answer}>
        Answer it
      </button>
      <button type="button" class="btn sm q" onClick={() => skip(block.id)}>
        Go on without
      </button>
    </div>
  );
}

function Tabs({ panes }: { panes: readonly PaneId[] }) {
  const shown = lesson.pane.value;
  return (
    <div class="tabs" role="tablist" aria-label="Panes" onKeyDown={choosing}>
      {panes.map((id) => (
        <button key={id} type="button" role="tab" aria-selected={id === shown} tabIndex={id === shown ? 0 : -1} onClick={() => showPane(id)}>
          {SHORT[id] ?? TITLES[id]}
        </button>
      ))}
    </div>
  );
}

function parts(): { Head: ComponentType | undefined; Body: ComponentType } {
  if (screen.value === "verifier") return { Head: WalkHead, Body: WalkBody };
  const id = lesson.pane.value;
  const def = PANES[id as keyof typeof PANES];
  return { Head: id === "events" ? def.Title : def.Head, Body: def.Body };
}

export function Stepper() {
  const verifier = screen.value === "verifier";
  const { Head, Body } = parts();
  const holding = asked.value !== null && !verifier;
  return (
    <section class={holding ? "pane p-step holding" : "pane p-step"} aria-label="Stepper" data-pane="stepper" tabIndex={-1}>
      <div class="pane-h">
        <Modes />
        <Whose />
        <button type="button" class="btn sm q wide" onClick={() => void openHere()}>
          Open in workbench
        </button>
        <button type="button" class="btn q i sm" aria-label="Close the stepper" onClick={closeStepper}>
          <Icon name="close" />
        </button>
      </div>
      <div class="bands">
        {verifier ? (
          <WalkBands />
        ) : (
          <>
            <TimeBand />
            <Sentence />
          </>
        )}
      </div>
      <Asked />
      <div class="pane-h p-tabs">
        <Tabs panes={verifier ? WALK_PANES : RUN_PANES} />
      </div>
      <div class="pane-h p-head">{Head === undefined ? null : <Head />}</div>
      <Body key={lesson.pane.value} />
    </section>
  );
}
