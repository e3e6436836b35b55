// The graph as a list: each block, where it leads, and how often it ran. "pc n" goes to when it ran.
import { blockCount, edgeCount, isCall } from "../diagrams/cfg.ts";
import type { BlockView, EdgeView, GraphView } from "../schemas.ts";
import * as select from "../select.ts";
import * as time from "../time.ts";

const WAY: Readonly<Record<string, string>> = { taken: "jumps to", fallthrough: "falls through to", "fall-through": "falls through to", jump: "goes to", call: "calls", callback: "passes on" };

function Exit({ graph, edge }: { graph: GraphView; edge: EdgeView }) {
  const target = graph.blocks.find(({ id }) => id === edge.target);
  const count = isCall(edge) ? null : edgeCount(graph, edge, select.graphRun.value);
  if (target === undefined) return null;
  return (
    <li>
      {WAY[edge.kind] ?? "leads to"}{" "}
      <a href={`#block-${target.id}`} class="m">
        {target.head}
      </a>
      {edge.back ? " (back, a loop)" : ""}
      {count === null ? "" : count === 0 ? ", never yet" : `, ${count.toLocaleString("en")} times`}
    </li>
  );
}

function Block({ graph, block, here }: { graph: GraphView; block: BlockView; here: boolean }) {
  const count = blockCount(block, select.graphRun.value);
  const ran = count !== null && count > 0;
  return (
    <li id={`block-${block.id}`} tabIndex={-1} class={here ? "now" : ""} aria-current={here ? "step" : undefined}>
      <p>
        {ran ? (
          <button type="button" class="go m" onClick={() => time.toPc(block.first)}>
            pc {block.head}
          </button>
        ) : (
          <b class="m">pc {block.head}</b>
        )}{" "}
        <span class="dim">
          {!block.reachable ? "cannot be reached" : count === null ? "" : ran ? `ran ${count.toLocaleString("en")} times` : "has not run"}
          {block.loop_depth > 0 ? ", in a loop" : ""}
          {here ? ", here now" : ""}
        </span>
      </p>
      <ul>
        {graph.edges.filter(({ source }) => source === block.id).map((edge, i) => (
          <Exit key={i} graph={graph} edge={edge} />
        ))}
      </ul>
    </li>
  );
}

/** Links inside the list move the focus, not the page: the address holds the place in time. */
function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest("a");
  if (link === null) return;
  event.preventDefault();
  document.getElementById(link.hash.slice(1))?.focus();
}

export function GraphList() {
  const graph = select.graph.value;
  if (graph === null) return null;
  const pc = select.graphPc.value ?? -1;
  return (
    <ol class="cfg-l" onClick={follow}>
      {graph.blocks.map((block) => (
        <Block key={block.id} graph={graph} block={block} here={block.first <= pc && pc <= block.last} />
      ))}
    </ol>
  );
}
