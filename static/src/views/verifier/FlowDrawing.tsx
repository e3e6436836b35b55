// The control-flow graph with what the walk did to it. A press on a block goes to the step that came there.
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { blockOf, isCall, LINE, lineOf, PADDING_X, PADDING_Y, routePath } from "../../diagrams/cfg.ts";
import type { BlockView, CauseView, EdgeView, ExploreReply, GraphView } from "../../schemas.ts";
import { edgesOf, trailTo, wayOf, type Way } from "../../verifier/paths.ts";
import * as walk from "../../verifier/walk.ts";

const LEAST = 0.62;

function baseline(block: BlockView, line: number): number {
  return block.y + PADDING_Y + LINE * line + 12;
}

interface Told {
  now: ExploreReply;
  edges: ReadonlyMap<string, ExploreReply["edges"][number]>;
  /** Ways and slots of the path that is refused. */
  bad: ReadonlySet<string>;
  badPcs: ReadonlySet<number>;
}

function tell(now: ExploreReply): Told {
  const edges = new Map(now.edges.map((edge) => [`${edge.source}>${edge.target}`, edge]));
  if (now.verdict.accepted || now.verdict.stopped || now.pcs.length === 0) return { now, edges, bad: new Set(), badPcs: new Set() };
  const trail = trailTo(now, now.pcs.length - 1);
  return { now, edges, bad: edgesOf(now.pcs, trail), badPcs: new Set(trail.map((at) => now.pcs[at]!)) };
}

function way(graph: GraphView, { edges, bad }: Told, edge: EdgeView): Way {
  const from = graph.blocks.find(({ id }) => id === edge.source)?.pcs.at(-1);
  const to = graph.blocks.find(({ id }) => id === edge.target)?.first;
  return from === undefined || to === undefined ? "never" : wayOf(edges, bad, from, to);
}

function Arrow({ id, fill }: { id: string; fill: string }) {
  return (
    <marker id={id} viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="8" markerHeight="8" orient="auto" markerUnits="userSpaceOnUse">
      <path d="M0 .5L7 4L0 7.5z" fill={fill} />
    </marker>
  );
}

function Route({ edge, became }: { edge: EdgeView; became: Way }) {
  return <path class={`way ${became}`} d={routePath(edge.points)} marker-end={`url(#v-${became})`} />;
}

function Block({ block, told }: { block: BlockView; told: Told }) {
  const { x, y, width, height, lines } = block;
  const seen = told.now.verdict.walked[block.first];
  const [walked, cut] = seen ?? [0, 0];
  const { pc, accepted, stopped } = told.now.verdict;
  const refused = !accepted && !stopped && pc !== null && block.first <= pc && pc <= block.last;
  const state = refused ? "boom" : walked === 0 ? (cut > 0 ? "cut" : "never") : told.badPcs.has(block.first) ? "bad" : "ok";
  const counts = [walked > 1 ? `${walked.toLocaleString("en")} times` : "", cut > 0 ? `+${cut.toLocaleString("en")} cut` : ""].filter(Boolean).join(", ");
  const roomy = (block.head.length + counts.length + 3) * 7.25 < width;
  const bad = refused ? lineOf(block, pc) : -1;
  return (
    <g class={`vb ${state}`} data-go={block.first}>
      <rect x={x} y={y} width={width} height={height} rx="5" />
      {bad < 0 ? null : <rect class="badline" x={x + 2} y={baseline(block, bad + 1) - 12.5} width={width - 4} height={LINE} />}
      <text x={x + PADDING_X} y={baseline(block, 0)} class="h">
        {block.head}
      </text>
      <text x={roomy ? x + width - 6 : x + width + (refused ? 12 : 4)} y={baseline(block, 0)} text-anchor={roomy ? "end" : "start"} class="n">
        {counts}
      </text>
      {lines.map((text, i) => (
        <text key={i} x={x + PADDING_X} y={baseline(block, i + 1)}>
          {text}
        </text>
      ))}
    </g>
  );
}

/** The steps of the explanation, numbered as there, beside their lines. */
function Numbers({ graph, causes }: { graph: GraphView; causes: readonly CauseView[] }) {
  const taken = new Map<string, number>();
  return (
    <>
      {causes.map((cause, i) => {
        const block = blockOf(graph, cause.pc);
        if (block === undefined || cause.index === 0) return null;
        const y = baseline(block, lineOf(block, cause.pc) + 1) - 4;
        const beside = taken.get(String(y + block.x)) ?? 0;
        taken.set(String(y + block.x), beside + 1);
        return (
          <g key={i} class="num" transform={`translate(${block.x - 1 - 17 * beside} ${y})`}>
            <circle r="8" />
            <text text-anchor="middle" y="3.6">
              {i + 1}
            </text>
          </g>
        );
      })}
    </>
  );
}

/** Where the walk was refused. */
function Refused({ graph, pc }: { graph: GraphView; pc: number | null }) {
  const block = pc === null ? undefined : blockOf(graph, pc);
  if (block === undefined) return null;
  return (
    <g class="ex" transform={`translate(${block.x + block.width} ${block.y})`}>
      <circle r="8.5" />
      <path d="M-3 -3l6 6M3 -3l-6 6" />
    </g>
  );
}

function Here({ graph }: { graph: GraphView }) {
  const pc = walk.pc.value;
  const block = pc === null ? undefined : blockOf(graph, pc);
  if (block === undefined || pc === null) return null;
  const line = lineOf(block, pc);
  return (
    <g class="now" pointer-events="none">
      <rect x={block.x - 3} y={block.y - 3} width={block.width + 6} height={block.height + 6} rx="7" />
      {line < 0 ? null : <path d={`M${block.x + 1} ${baseline(block, line + 1) - 12.5}h${block.width - 2}v${LINE}h${2 - block.width}z`} class="ln" />}
    </g>
  );
}

/** Keeps the block of the step looked at in sight. */
function useSight(graph: GraphView) {
  const box = useRef<HTMLDivElement>(null);
  const pc = walk.pc.value;
  useLayoutEffect(() => {
    const pane = box.current?.parentElement;
    const block = pc === null ? undefined : blockOf(graph, pc);
    const svg = box.current?.querySelector("svg");
    if (!pane || block === undefined || !svg) return;
    const scale = svg.getBoundingClientRect().width / graph.width;
    const [top, bottom] = [block.y * scale, (block.y + block.height) * scale];
    if (top < pane.scrollTop || bottom > pane.scrollTop + pane.clientHeight) pane.scrollTop = Math.max(0, (top + bottom - pane.clientHeight) / 2);
    const [left, right] = [block.x * scale, (block.x + block.width) * scale];
    if (left < pane.scrollLeft || right > pane.scrollLeft + pane.clientWidth) pane.scrollLeft = Math.max(0, (left + right - pane.clientWidth) / 2);
  }, [pc, graph]);
  return box;
}

export function FlowDrawing({ graph, now }: { graph: GraphView; now: ExploreReply }) {
  const told = useMemo(() => tell(now), [now]);
  const box = useSight(graph);
  const causes = walk.explanation.value?.causes ?? [];
  const ways = useMemo(() => graph.edges.filter((edge) => !isCall(edge)).map((edge) => ({ edge, became: way(graph, told, edge) })), [graph, told]);
  const order: readonly Way[] = ["never", "cut", "walked", "bad"];
  const margin = 24;
  const beside = 58; // counts stand right of narrow blocks
  const said = now.verdict.accepted || now.verdict.stopped
    ? `Control-flow graph, ${graph.blocks.length} blocks, all walked paths are safe.`
    : `Control-flow graph, ${graph.blocks.length} blocks; the rejected path ends at pc ${now.verdict.pc}. The list of paths has the same as links.`;
  const onClick = (event: MouseEvent) => {
    const block = (event.target as Element).closest<SVGElement>("[data-go]");
    if (block !== null) walk.toPc(Number(block.dataset.go));
  };
  return (
    <div class="vcfg" ref={box}>
      <svg
        role="img"
        aria-label={said}
        viewBox={`${-margin} -14 ${graph.width + margin + beside} ${graph.height + 28}`}
        style={{ maxWidth: `${graph.width + margin + beside}px`, minWidth: `${LEAST * graph.width}px` }}
        onClick={onClick}
      >
        <defs>
          <Arrow id="v-never" fill="var(--line-2)" />
          <Arrow id="v-cut" fill="var(--edge)" />
          <Arrow id="v-walked" fill="var(--ink-2)" />
          <Arrow id="v-bad" fill="var(--drop)" />
        </defs>
        {order.flatMap((wanted) => ways.filter(({ became }) => became === wanted).map(({ edge, became }, i) => <Route key={`${wanted}${i}`} edge={edge} became={became} />))}
        {graph.blocks.map((block) => (
          <Block key={block.id} block={block} told={told} />
        ))}
        <Here graph={graph} />
        {now.verdict.accepted || now.verdict.stopped ? null : <Refused graph={graph} pc={now.verdict.pc} />}
        <Numbers graph={graph} causes={causes} />
      </svg>
    </div>
  );
}
