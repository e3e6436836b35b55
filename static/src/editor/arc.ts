// The jump that is about to be taken, drawn from the current line to where it lands.
import { layer, type EditorView, type LayerMarker } from "@codemirror/view";
import * as select from "../select.ts";
import { state } from "../store.ts";
import { stepAt } from "../trace.ts";
import { placeOf } from "./lines.ts";
import { refresh } from "./marks.ts";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 14;

class Arc implements LayerMarker {
  readonly left: number;
  readonly from: number;
  readonly to: number;

  constructor(left: number, from: number, to: number) {
    this.left = left;
    this.from = from;
    this.to = to;
  }

  eq(other: LayerMarker): boolean {
    return other instanceof Arc && other.left === this.left && other.from === this.from && other.to === this.to;
  }

  draw(): HTMLElement {
    const box = document.createElement("div");
    const top = Math.min(this.from, this.to);
    const height = Math.abs(this.to - this.from);
    box.className = "arc";
    Object.assign(box.style, { left: `${this.left}px`, top: `${top}px`, width: `${WIDTH}px`, height: `${height + 8}px` });
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", String(WIDTH));
    svg.setAttribute("height", String(height + 8));
    const [start, end] = this.to > this.from ? [0, height] : [height, 0];
    const turn = end > start ? 4 : -4;
    svg.append(line(`M12 ${start} H6 Q2 ${start} 2 ${start + turn} V${end - turn} Q2 ${end} 6 ${end} H11`, true));
    svg.append(line(`M8.5 ${end - 3} l3.500 3 l-3.500 3`, false));
    box.append(svg);
    return box;
  }
}

function line(path: string, dashed: boolean): SVGPathElement {
  const made = document.createElementNS(SVG, "path");
  made.setAttribute("d", path);
  made.setAttribute("transform", "translate(0 4)");
  if (dashed) made.setAttribute("stroke-dasharray", "3 2.5");
  return made;
}

/** The current line and the line it jumps to, if the step about to run does not go on to the next instruction. */
function jump(view: EditorView): { from: number; to: number } | null {
  const { cursor } = state.peek();
  const { next } = select.here.peek();
  const then = stepAt(state.peek(), { packet: cursor.packet, step: cursor.step + 1 });
  if (!select.exact.peek() || next === null || then === undefined || then.depth !== next.depth || then.program !== next.program) return null;
  const slots = select.slots.peek();
  const at = slots.findIndex(({ pc }) => pc === next.pc);
  if (at < 0 || slots[at + 1]?.pc === then.pc) return null;
  const from = placeOf(view.state, next.program, next.pc);
  const to = placeOf(view.state, then.program, then.pc);
  return from === null || to === null ? null : { from, to };
}

function markers(view: EditorView): LayerMarker[] {
  const found = jump(view);
  if (found === null) return [];
  const middle = (pos: number) => {
    const block = view.lineBlockAt(pos);
    return block.top + view.documentPadding.top + view.defaultLineHeight / 2 - 4;
  };
  return [new Arc(view.contentDOM.offsetLeft + 2, middle(found.from), middle(found.to))];
}

export const arc = layer({
  above: true,
  class: "cm-arcs",
  update: (update) =>
    update.docChanged || update.geometryChanged || update.transactions.some(({ effects }) => effects.some((effect) => effect.is(refresh))),
  markers,
});
