// The control-flow graph.
import * as select from "../select.ts";

export function GraphHead() {
  const blocks = select.check.value?.graph?.blocks.length;
  return (
    <>
      <span class="meta">{blocks === undefined ? "" : `${blocks} blocks`}</span>
      <span class="grow" />
    </>
  );
}

export function GraphBody() {
  const graph = select.check.value?.graph;
  if (!graph) return <div class="pane-b sb">The graph appears here when the program assembles.</div>;
  return (
    <div class="pane-b">
      <svg width={graph.width} height={graph.height} viewBox={`0 0 ${graph.width} ${graph.height}`} role="img" aria-label="Control flow">
        {graph.edges.map((edge, i) => (
          <polyline key={i} points={edge.points.map(({ x, y }) => `${x},${y}`).join(" ")} fill="none" stroke="var(--edge)" />
        ))}
        {graph.blocks.map((block) => (
          <g key={block.id}>
            <rect x={block.x} y={block.y} width={block.width} height={block.height} rx="3" fill="var(--surface)" stroke="var(--line-2)" />
            <text x={block.x + 8} y={block.y + 14} font-size="11" fill="var(--ink)">
              {block.label ?? `pc ${block.first}`}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
