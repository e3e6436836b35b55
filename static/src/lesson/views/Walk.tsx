// The verifier's walk in a lesson: its band, its sentence, its panes. Fetched when it is first looked at.
import type { ComponentType } from "preact";
import type { PaneId } from "../../panes.ts";
import { Band } from "../../views/verifier/Band.tsx";
import { FlowBody, FlowHead } from "../../views/verifier/Flow.tsx";
import { KnewBody, KnewHead } from "../../views/verifier/Knew.tsx";
import { LogBody, LogHead } from "../../views/verifier/Log.tsx";
import { Say } from "../../views/verifier/Say.tsx";
import { WhyBody, WhyHead } from "../../views/verifier/Why.tsx";
import { pane } from "../state.ts";

const PARTS: Readonly<Partial<Record<PaneId, { Head: ComponentType; Body: ComponentType }>>> = {
  "v-why": { Head: WhyHead, Body: WhyBody },
  "v-knew": { Head: KnewHead, Body: KnewBody },
  "v-flow": { Head: FlowHead, Body: FlowBody },
  "v-log": { Head: LogHead, Body: LogBody },
};

export function WalkBands() {
  return (
    <>
      <Band />
      <Say />
    </>
  );
}

export function WalkHead() {
  const Head = PARTS[pane.value]?.Head;
  return Head === undefined ? null : <Head />;
}

export function WalkBody() {
  const Body = PARTS[pane.value]?.Body;
  return Body === undefined ? null : <Body />;
}
