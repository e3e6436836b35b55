// The control-flow graph: drawn, or as a list of links. Its code is fetched when the pane is first open.
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as select from "../select.ts";
import { askGraph } from "../transport.ts";
import { choosing } from "./choosing.ts";
import { lazy } from "./lazy.tsx";
import { StaleTag } from "./RunBody.tsx";
import { plural } from "./words.ts";

const view = signal<"drawing" | "list">("drawing");
const VIEWS = [
  ["drawing", "Drawing"],
  ["list", "List"],
] as const;

/** The program someone chose to look at; else it is the one that is running here. */
const chosen = signal<number | null>(null);
const shown = computed(() => {
  const wish = chosen.value;
  return wish !== null && wish < select.programs.value.length ? wish : (select.program.value?.index ?? 0);
});

/** Drawing takes longer than checking: it waits until the keys rest. */
const RESTED = 250;

function useGraph(): void {
  const revision = select.check.value?.revision;
  const program = shown.value;
  const online = select.connection.value === "online";
  const first = select.graph.value === null || select.graphProgram.value !== program;
  useEffect(() => {
    if (revision === undefined || !online) return;
    const timer = setTimeout(() => void askGraph(program), first ? 0 : RESTED);
    return () => clearTimeout(timer);
  }, [revision, program, online]);
}

function WhichProgram() {
  const programs = select.programs.value;
  if (programs.length < 2) return null;
  return (
    <select class="sm" aria-label="Program of the graph" value={String(chosen.value ?? "")} onChange={(event) => (chosen.value = event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}>
      <option value="">the one running: {select.program.value?.name ?? ""}</option>
      {programs.map(({ index, name }) => (
        <option key={index} value={String(index)}>
          {name}
        </option>
      ))}
    </select>
  );
}

const Drawing = lazy(() => import("./GraphSurface.tsx").then((module) => module.GraphSurface));
const List = lazy(() => import("./GraphList.tsx").then((module) => module.GraphList));

export function GraphHead() {
  const graph = select.graph.value;
  if (graph === null) {
    return (
      <>
        <span class="grow" />
        <WhichProgram />
      </>
    );
  }
  return (
    <>
      <span class="meta">{plural(graph.blocks.length, "block")}</span>
      <span class="grow" />
      <WhichProgram />
      <StaleTag />
      <span class="seg sm" role="radiogroup" aria-label="Control flow as" onKeyDown={choosing}>
        {VIEWS.map(([id, name]) => (
          <button key={id} type="button" role="radio" aria-checked={view.value === id} tabIndex={view.value === id ? 0 : -1} onClick={() => (view.value = id)}>
            {name}
          </button>
        ))}
      </span>
    </>
  );
}

export function GraphBody() {
  useGraph();
  if (select.graph.value === null) {
    return (
      <div class="pane-b sb">
        <b>No graph{select.graphNote.value === null ? " yet" : ""}</b>
        <p>{select.graphNote.value ?? (select.errors.value.length > 0 ? "It appears here when every line assembles." : "It appears here when there is an instruction to draw.")}</p>
      </div>
    );
  }
  return <div class={select.stale.value ? "pane-b cfgw stale" : "pane-b cfgw"}>{view.value === "list" ? <List /> : <Drawing />}</div>;
}
