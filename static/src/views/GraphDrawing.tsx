// Blocks and routes of the graph. What ran is solid, what never ran dotted, where this packet went heavy, here amber.
import { useMemo } from "preact/hooks";
import * as actions from "../actions.ts";
import { blockCount, blockOf, edgeCount, isCall, labelAt, LINE, lineOf, PADDING_X, PADDING_Y, pcOfLine, routePath, walkedEdges } from "../diagrams/cfg.ts";
import type { Link } from "../related.ts";
import type { BlockView, EdgeView, GraphView, RunReply } from "../schemas.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";
import * as time from "../time.ts";
import { linkedInside } from "./linkedInside.ts";

function Arrow({ id, fill }: { id: string; fill: string }) {
  return (
    <marker id={id} viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="8" markerHeight="8" orient="auto" markerUnits="userSpaceOnUse">
      <path d="M0 .5L7 4L0 7.5z" fill={fill} />
    </marker>
  );
}

interface RouteProps {
  edge: EdgeView;
  count: number | null;
  walked: boolean;
  just: boolean;
}

function Route({ edge, count, walked, just }: RouteProps) {
  const state = just ? "just" : walked ? "walked" : count === 0 ? "never" : "ran";
  const { x, y, anchor } = labelAt(edge);
  return (
    <g class={`ed ${state}`}>
      <path d={routePath(edge.points)} marker-end={`url(#cfg-${state})`} />
      {count === null || count === 0 ? null : (
        <text x={x} y={y} text-anchor={anchor} class="n">
          ×{count.toLocaleString("en")}
        </text>
      )}
    </g>
  );
}

/** Width of a character of the code font. */
const CHARACTER = 7.25;

function baseline(block: BlockView, line: number): number {
  return block.y + PADDING_Y + LINE * line + 12;
}

function Block({ block, count }: { block: BlockView; count: number | null }) {
  const { x, y, width, height, lines, loop_depth: depth, reachable } = block;
  const never = count === 0 || !reachable;
  const roomy = (block.head.length + 6) * CHARACTER < width;
  const counted = count === null || count === 0 ? "" : `×${count.toLocaleString("en")}`;
  return (
    <g class={never ? "bk never" : "bk"}>
      <rect x={x} y={y} width={width} height={height} rx="5" />
      {Array.from({ length: depth }, (_, i) => (
        <path key={i} class="loop" d={`M${x + 3.5 + 3 * i} ${y + 5}V${y + height - 5}`} />
      ))}
      <text x={x + PADDING_X} y={baseline(block, 0)} class="h" data-go={block.first}>
        {block.head}
      </text>
      <text x={roomy ? x + width - 6 : x + width + 4} y={baseline(block, 0)} text-anchor={roomy ? "end" : "start"} class="n">
        {counted}
      </text>
      {lines.map((text, i) => (
        <text key={i} x={x + PADDING_X} y={baseline(block, i + 1)} data-pc={pcOfLine(block, i) ?? undefined}>
          {text}
        </text>
      ))}
    </g>
  );
}

/** What does not depend on the place in time. */
function Blocks({ graph, run }: { graph: GraphView; run: RunReply | null }) {
  const entries = new Set<string>();
  return (
    <>
      {graph.blocks.map((block) => {
        const named = entries.has(block.function) ? null : block.function;
        entries.add(block.function);
        return (
          <g key={block.id}>
            {named === null || block.id === 0 ? null : (
              <text x={block.x} y={block.y - 8} class="fn">
                {named}
              </text>
            )}
            <Block block={block} count={blockCount(block, run)} />
          </g>
        );
      })}
    </>
  );
}

/** The block and the line about to run, under the text of the blocks. */
function Here({ block, line }: { block: BlockView; line: number }) {
  return (
    <g class="now">
      <rect x={block.x - 1} y={block.y - 1} width={block.width + 2} height={block.height + 2} rx="6" />
      {line < 0 ? null : <path d={`M${block.x + 1} ${baseline(block, line + 1) - 12.5}h${block.width - 2}v${LINE}h${2 - block.width}z`} class="ln" />}
    </g>
  );
}

function Lit({ graph, pcs }: { graph: GraphView; pcs: ReadonlySet<number> }) {
  return (
    <>
      {[...pcs].map((pc) => {
        const block = blockOf(graph, pc);
        const line = block === undefined ? -1 : lineOf(block, pc);
        if (block === undefined || line < 0) return null;
        return <rect key={pc} class="lit" x={block.x + 4} y={baseline(block, line + 1) - 12} width={block.width - 8} height={LINE - 1} rx="2" />;
      })}
    </>
  );
}

function pcLink(element: Element): { link: Link; text: string } | null {
  const pc = Number((element as SVGElement).dataset.pc);
  return { link: { kind: "pc", pc }, text: element.textContent ?? "" };
}

export function GraphDrawing({ graph }: { graph: GraphView }) {
  const run = select.graphRun.value;
  const pc = select.graphPc.value;
  const here = pc === null ? undefined : blockOf(graph, pc);
  const { walked, just } = walkedEdges(graph, select.graphProgram.value, select.window.value, select.place.value.step);
  const blocks = useMemo(() => <Blocks graph={graph} run={run} />, [graph, run]);
  const links = linkedInside("[data-pc]", pcLink);
  const onClick = (event: MouseEvent) => {
    const head = (event.target as Element).closest<SVGElement>("[data-go]");
    if (head !== null) time.toPc(Number(head.dataset.go));
    else if ((event.target as Element).closest("[data-pc]") !== null) links.onClick(event);
    else if (select.pin.peek()?.kind === "pc") act(actions.pin, null);
  };
  return (
    <>
      <defs>
        <Arrow id="cfg-ran" fill="var(--ink-3)" />
        <Arrow id="cfg-never" fill="var(--line-2)" />
        <Arrow id="cfg-walked" fill="var(--ink)" />
        <Arrow id="cfg-just" fill="var(--now-line)" />
      </defs>
      {graph.edges.filter((edge) => !isCall(edge)).map((edge, i) => (
        <Route key={i} edge={edge} count={edgeCount(graph, edge, run)} walked={walked.has(edge)} just={edge === just} />
      ))}
      <g {...links} onClick={onClick}>
        {blocks}
      </g>
      <g pointer-events="none">
        {here === undefined || pc === null ? null : <Here block={here} line={lineOf(here, pc)} />}
        <Lit graph={graph} pcs={select.related.value.pcs} />
      </g>
    </>
  );
}
