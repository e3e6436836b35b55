// The verifier's screen: its walk as a band of time, the sentence, and why, the program, what was known, paths, log.
import { computed } from "@preact/signals";
import type { VerifierPane } from "../../panes.ts";
import * as select from "../../select.ts";
import { state } from "../../store.ts";
import * as walk from "../../verifier/walk.ts";
import { EditorBody, EditorTitle } from "../EditorPane.tsx";
import { Panes } from "../Panes.tsx";
import type { PaneDef } from "../registry.ts";
import { TabBar, type TabDef } from "../TabBar.tsx";
import { plural } from "../words.ts";
import { Band } from "./Band.tsx";
import { FlowBody, FlowHead } from "./Flow.tsx";
import { KnewBody, KnewHead } from "./Knew.tsx";
import { LogBody, LogHead } from "./Log.tsx";
import { Say } from "./Say.tsx";
import { WhyBody, WhyHead } from "./Why.tsx";

const TABS: readonly TabDef[] = [
  { tab: "v-why", title: "Why", icon: "aborted" },
  { tab: "v-code", title: "Code", icon: "code" },
  { tab: "v-knew", title: "Knew", icon: "state" },
  { tab: "v-flow", title: "Flow", icon: "maps" },
  { tab: "v-log", title: "Log", icon: "run" },
];

function CodeHead() {
  const slots = select.program.value?.slot_count ?? 0;
  return (
    <>
      <span class="meta">{slots === 0 ? "" : plural(slots, "slot")}</span>
      <span class="grow" />
    </>
  );
}

const PANES: Readonly<Record<VerifierPane, PaneDef>> = {
  "v-why": { Head: WhyHead, Body: WhyBody },
  "v-code": { Title: EditorTitle, Head: CodeHead, Body: EditorBody },
  "v-knew": { Head: KnewHead, Body: KnewBody },
  "v-flow": { Head: FlowHead, Body: FlowBody },
  "v-log": { Head: LogHead, Body: LogBody },
};

const laidOut = computed(() => state.value.verifierLayout);

export function VerifierScreen() {
  const now = walk.walk.value;
  const layout = laidOut.value;
  const outcome = now === null ? "" : now.verdict.accepted ? " was accepted" : now.verdict.stopped ? " is undecided" : " was rejected";
  return (
    <>
      <main id="main" class="wb vf" tabIndex={-1}>
        <h1 class="sr">
          Verifier: {select.title.value}
          {outcome}
        </h1>
        <div class="bands">
          <Band />
          <Say />
        </div>
        <Panes layout={layout} defs={PANES} />
      </main>
      <TabBar layout={layout} tabs={TABS} code="v-code" />
    </>
  );
}
