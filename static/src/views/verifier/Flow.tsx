// The program as a tree of paths: drawn as its graph, coloured by what the walk did, or as a list of paths.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isFailure } from "../../api.ts";
import type { GraphView } from "../../schemas.ts";
import { state } from "../../store.ts";
import { ask } from "../../transport.ts";
import { flow as view } from "../../verifier/shown.ts";
import * as walk from "../../verifier/walk.ts";
import { choosing } from "../choosing.ts";
import { FlowDrawing } from "./FlowDrawing.tsx";
import { PathList } from "./PathList.tsx";

const graph = signal<{ revision: number; program: number; graph: GraphView | null } | null>(null);
const VIEWS = [
  ["drawing", "Drawing"],
  ["paths", "Paths"],
] as const;
const LEGEND = [
  ["k-bad", "rejected"],
  ["k-ok", "walked"],
  ["k-cut", "cut"],
  ["k-no", "not walked"],
] as const;

async function fetchGraph(): Promise<void> {
  const { inputs, revision } = state.peek();
  const program = walk.program.peek();
  const reply = await ask<{ graph: GraphView | null }>("graph", { source: inputs.source, revision, program });
  if (reply !== null && !isFailure(reply)) graph.value = { revision, program, graph: reply.graph };
}

export function FlowHead() {
  return (
    <>
      <span class="grow" />
      <ul class="lg" aria-label="Legend">
        {LEGEND.map(([kind, text]) => (
          <li key={kind}>
            <i class={kind} />
            {text}
          </li>
        ))}
      </ul>
      <div class="seg sm" role="radiogroup" aria-label="Control flow as" onKeyDown={choosing}>
        {VIEWS.map(([id, name]) => (
          <button key={id} type="button" role="radio" aria-checked={view.value === id} tabIndex={view.value === id ? 0 : -1} onClick={() => (view.value = id)}>
            {name}
          </button>
        ))}
      </div>
    </>
  );
}

function Drawing() {
  const now = walk.walk.value;
  useEffect(() => {
    if (now !== null && (graph.peek()?.revision !== now.revision || graph.peek()?.program !== now.program)) void fetchGraph();
  }, [now]);
  const found = graph.value;
  if (now === null) return null;
  if (found === null) return <p class="sb">The drawing is on its way.</p>;
  if (found.graph === null) return <p class="sb">The program has no graph, or one too large to draw. The list of paths has the same.</p>;
  return <FlowDrawing graph={found.graph} now={now} />;
}

export function FlowBody() {
  if (walk.walk.value === null) {
    return <p class="pane-b sb">The program's blocks and the ways between them: which were walked, cut short or refused. They appear once the program is walked.</p>;
  }
  return (
    <div class={walk.dim.value ? "pane-b vflow stale" : "pane-b vflow"} tabIndex={0} role="group" aria-label="Control flow">
      {view.value === "drawing" ? <Drawing /> : <PathList />}
    </div>
  );
}
