// The control-flow graph: drawn, or as a list of links. Its code is fetched when the pane is first open.
import { signal } from "@preact/signals";
import * as select from "../select.ts";
import { choosing } from "./choosing.ts";
import { lazy } from "./lazy.tsx";
import { StaleTag } from "./RunBody.tsx";
import { plural } from "./words.ts";

const view = signal<"drawing" | "list">("drawing");
const VIEWS = [
  ["drawing", "Drawing"],
  ["list", "List"],
] as const;

const Drawing = lazy(() => import("./GraphSurface.tsx").then((module) => module.GraphSurface));
const List = lazy(() => import("./GraphList.tsx").then((module) => module.GraphList));

export function GraphHead() {
  const graph = select.check.value?.graph;
  if (!graph) return <span class="grow" />;
  return (
    <>
      <span class="meta">{plural(graph.blocks.length, "block")}</span>
      <span class="grow" />
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
  const graph = select.check.value?.graph;
  if (!graph || graph.blocks.length === 0) {
    return (
      <div class="pane-b sb">
        <b>No graph yet</b>
        <p>{select.errors.value.length > 0 ? "It appears here when every line assembles." : "It appears here when there is an instruction to draw."}</p>
      </div>
    );
  }
  return <div class={select.stale.value ? "pane-b cfgw stale" : "pane-b cfgw"}>{view.value === "list" ? <List /> : <Drawing />}</div>;
}
