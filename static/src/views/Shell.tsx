// The workbench, top to bottom: bar, time, sentence, panes, status. This order never changes.
import * as select from "../select.ts";
import { screen } from "../screen.ts";
import { lazy } from "./lazy.tsx";
import { Overlays } from "./Overlays.tsx";
import { Panes } from "./Panes.tsx";
import { PANES } from "./registry.ts";
import { Sentence } from "./Sentence.tsx";
import { StatusBar } from "./StatusBar.tsx";
import { TabBar, WORKBENCH_TABS } from "./TabBar.tsx";
import { TimeBand } from "./TimeBand.tsx";
import { TopBar } from "./TopBar.tsx";

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
      <Overlays />
    </>
  );
}
