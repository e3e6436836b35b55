// The verifier's screen: its walk as a band of time, the sentence, and why, the program, what was known, paths, log.
import { signal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";
import * as select from "../../select.ts";
import * as walk from "../../verifier/walk.ts";
import { choosing } from "../choosing.ts";
import { EditorBody, EditorTitle } from "../EditorPane.tsx";
import { Icon, type IconName } from "../Icon.tsx";
import { plural } from "../words.ts";
import { Band } from "./Band.tsx";
import { FlowBody, FlowHead } from "./Flow.tsx";
import { KnewBody, KnewHead } from "./Knew.tsx";
import { LogBody, LogHead } from "./Log.tsx";
import { Say } from "./Say.tsx";
import { WhyBody, WhyHead } from "./Why.tsx";

type Part = "why" | "code" | "knew" | "flow" | "log";

/** Which part a phone shows. */
const tab = signal<Part>("why");
const TABS: readonly { part: Part; title: string; icon: IconName }[] = [
  { part: "why", title: "Why", icon: "aborted" },
  { part: "code", title: "Code", icon: "code" },
  { part: "knew", title: "Knew", icon: "state" },
  { part: "flow", title: "Flow", icon: "maps" },
  { part: "log", title: "Log", icon: "run" },
];

interface PaneProps {
  part: Part;
  label: string;
  Title?: ComponentType;
  Head: ComponentType;
  Body: ComponentType;
}

function Pane({ part, label, Title, Head, Body }: PaneProps) {
  return (
    <section class={`pane v-${part}${tab.value === part ? " on" : ""}`} data-pane={`v-${part}`} aria-label={label} tabIndex={-1}>
      <div class="pane-h">
        {Title === undefined ? <h2>{label}</h2> : <Title />}
        <Head />
      </div>
      <Body />
    </section>
  );
}

function CodeHead() {
  const slots = select.program.value?.slot_count ?? 0;
  return (
    <>
      <span class="meta">{slots === 0 ? "" : plural(slots, "slot")}</span>
      <span class="grow" />
    </>
  );
}

function Column({ children }: { children: ComponentChildren }) {
  return <div class="vcol">{children}</div>;
}

function Tabs() {
  return (
    <nav class="tabbar" aria-label="Parts of the verifier">
      <div role="tablist" aria-label="Parts of the verifier" onKeyDown={choosing}>
        {TABS.map(({ part, title, icon }) => (
          <button key={part} type="button" role="tab" aria-selected={tab.value === part} tabIndex={tab.value === part ? 0 : -1} onClick={() => (tab.value = part)}>
            <Icon name={icon} />
            {title}
          </button>
        ))}
      </div>
    </nav>
  );
}

export function VerifierScreen() {
  const now = walk.walk.value;
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
        <div class="vf-g">
          <Column>
            <Pane part="why" label="Why" Head={WhyHead} Body={WhyBody} />
          </Column>
          <Column>
            <Pane part="code" label="Editor" Title={EditorTitle} Head={CodeHead} Body={EditorBody} />
            <Pane part="knew" label="What the verifier knew" Head={KnewHead} Body={KnewBody} />
          </Column>
          <Column>
            <Pane part="flow" label="Control flow" Head={FlowHead} Body={FlowBody} />
            <Pane part="log" label="Linux's log" Head={LogHead} Body={LogBody} />
          </Column>
        </div>
      </main>
      <Tabs />
    </>
  );
}
