// What a run says about the drawn control-flow graph: which blocks and edges ran, and where time stands in it.
import type { BlockView, EdgeView, GraphView, PointView, RunReply, WindowReply } from "../schemas.ts";

export const PADDING_X = 10;
export const PADDING_Y = 7;
/** Height of a line of text; the first line of a block is its name. */
export const LINE = 16;

export function blockOf(graph: GraphView, pc: number): BlockView | undefined {
  return graph.blocks.find(({ first, last }) => first <= pc && pc <= last);
}

/** Which line of a block shows an instruction; a long block leaves some out, whose line says how many. */
export function lineOf({ pcs, lines }: BlockView, pc: number): number {
  const at = pcs.indexOf(pc);
  if (at < 0 || lines.length === pcs.length) return at;
  const shown = lines.length - 2;
  return at < shown ? at : at === pcs.length - 1 ? lines.length - 1 : shown;
}

/** The instruction a line of a block shows; null for the line that says how many are left out. */
export function pcOfLine({ pcs, lines }: BlockView, line: number): number | null {
  if (lines.length === pcs.length) return pcs[line] ?? null;
  if (line === lines.length - 1) return pcs.at(-1) ?? null;
  return line === lines.length - 2 ? null : (pcs[line] ?? null);
}

export function isCall({ kind, points }: EdgeView): boolean {
  return kind.startsWith("call") || points.length === 0;
}

/** The jump or last instruction of a block: the one that leaves it. */
function leaving(graph: GraphView, edge: EdgeView): number | undefined {
  return graph.blocks.find(({ id }) => id === edge.source)?.pcs.at(-1);
}

/** How often any packet went along an edge; null while nothing has run. */
export function edgeCount(graph: GraphView, edge: EdgeView, run: RunReply | null): number | null {
  if (run === null) return null;
  const pc = leaving(graph, edge);
  if (pc === undefined) return 0;
  const branch = run.taken[pc];
  if (branch === undefined) return run.coverage[pc] ?? 0;
  return branch[edge.kind === "taken" ? 1 : 0];
}

export function blockCount({ first }: BlockView, run: RunReply | null): number | null {
  return run === null ? null : (run.coverage[first] ?? 0);
}

/** Edges that this packet went along before state `cursor`, as far as the loaded part tells; and the last of them, if it was just now. */
export function walkedEdges(graph: GraphView, program: number, window: WindowReply | undefined, cursor: number): { walked: ReadonlySet<EdgeView>; just: EdgeView | null } {
  const walked = new Set<EdgeView>();
  let just: EdgeView | null = null;
  const steps = window?.steps ?? [];
  const first = window?.first ?? 0;
  const byLeaving = new Map<number, EdgeView[]>();
  for (const edge of graph.edges) {
    const pc = leaving(graph, edge);
    if (pc !== undefined && !isCall(edge)) byLeaving.set(pc, [...(byLeaving.get(pc) ?? []), edge]);
  }
  const starts = new Map(graph.blocks.map((block) => [block.first, block.id]));
  for (let i = 0; i + first < cursor && i + 1 < steps.length; i += 1) {
    const [from, to] = [steps[i]!, steps[i + 1]!];
    if (from.program !== program || to.program !== program) continue;
    const edge = byLeaving.get(from.pc)?.find(({ target }) => target === starts.get(to.pc));
    if (edge === undefined) continue;
    walked.add(edge);
    if (first + i === cursor - 1) just = edge;
  }
  return { walked, just };
}

const RADIUS = 6;

/** The route as a path with rounded corners. */
export function routePath(points: readonly PointView[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return "";
  let path = `M${start.x} ${start.y}`;
  rest.forEach((point, i) => {
    const from = points[i]!;
    const to = rest[i + 1];
    if (to === undefined) {
      path += `L${point.x} ${point.y}`;
      return;
    }
    const cut = (other: PointView) => {
      const length = Math.abs(other.x - point.x) + Math.abs(other.y - point.y);
      const share = Math.min(RADIUS, length / 2) / Math.max(1, length);
      return `${point.x + (other.x - point.x) * share} ${point.y + (other.y - point.y) * share}`;
    };
    path += `L${cut(from)}Q${point.x} ${point.y} ${cut(to)}`;
  });
  return path;
}

export interface Label extends PointView {
  anchor: "start" | "end";
}

/** Where the text beside the start of a route goes: away from the other way out of the same block. */
export function labelAt({ points, kind }: EdgeView): Label {
  const [a, b] = points;
  if (a === undefined || b === undefined) return { x: 0, y: 0, anchor: "start" };
  if (a.y === b.y) return { x: a.x + (b.x < a.x ? -5 : 5), y: a.y - 4, anchor: b.x < a.x ? "end" : "start" };
  return kind === "taken" ? { x: a.x + 4, y: a.y + 10, anchor: "start" } : { x: a.x - 4, y: a.y + 12, anchor: "end" };
}
