// The workbench, top to bottom: bar, time, sentence, panes, status. This order never changes.
import type { ComponentType } from "preact";
import * as select from "../select.ts";
import type { Overlay } from "../state.ts";
import { ContextMenu } from "./ContextMenu.tsx";
import { ConditionPrompt } from "./ConditionPrompt.tsx";
import { screen } from "../screen.ts";
import { lazy } from "./lazy.tsx";
import { Panes } from "./Panes.tsx";
import { PANES } from "./registry.ts";
import { Sentence } from "./Sentence.tsx";
import { StatusBar } from "./StatusBar.tsx";
import { TabBar, WORKBENCH_TABS } from "./TabBar.tsx";
import { TimeBand } from "./TimeBand.tsx";
import { Toasts } from "./Toasts.tsx";
import { TopBar } from "./TopBar.tsx";

const OVERLAYS: Readonly<Record<Exclude<Overlay, null>, ComponentType>> = {
  palette: lazy(() => import("./Palette.tsx").then((module) => module.Palette)),
  keys: lazy(() => import("./KeysHelp.tsx").then((module) => module.KeysHelp)),
  reference: lazy(() => import("./Reference.tsx").then((module) => module.Reference)),
  transcript: lazy(() => import("./Transcript.tsx").then((module) => module.Transcript)),
};

const VerifierScreen = lazy(() => import("./verifier/Screen.tsx").then((module) => module.VerifierScreen));

/** By itself, so that a step draws only this again and not all that stands under it. */
function Heading() {
  const { packet, step } = select.cursor.value;
  return (
    <h1 class="sr">
      Workbench: {select.title.value}, packet {packet + 1}, step {step}
    </h1>
  );
}

function Workbench() {
  return (
    <main id="main" class="wb" tabIndex={-1}>
      <Heading />
      <div class="bands">
        <TimeBand />
        <Sentence />
      </div>
      <Panes layout={select.layout.value} defs={PANES} />
    </main>
  );
}

export function Shell() {
  const overlay = select.overlay.value;
  const Shown = overlay === null ? null : OVERLAYS[overlay];
  const verifier = screen.value === "verifier";
  return (
    <>
      <a class="sr skip" href="#main">
        Skip to main content
      </a>
      <TopBar />
      {verifier ? <VerifierScreen /> : <Workbench />}
      <StatusBar />
      {verifier ? null : <TabBar layout={select.layout.value} tabs={WORKBENCH_TABS} code="code" />}
      {Shown === null ? null : <Shown />}
      <ContextMenu />
      <ConditionPrompt />
      <Toasts />
    </>
  );
}
