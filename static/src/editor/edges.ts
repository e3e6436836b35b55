// Linked lines that are out of sight: counted at the edge they lie beyond.
import { ViewPlugin, type EditorView, type ViewUpdate } from "@codemirror/view";
import * as select from "../select.ts";
import { placeOf } from "./lines.ts";
import { refresh } from "./marks.ts";

interface Counts {
  above: number;
  below: number;
}

function count(view: EditorView): Counts {
  const counts = { above: 0, below: 0 };
  const program = select.snapshot.peek()?.program ?? 0;
  const top = view.scrollDOM.scrollTop;
  const bottom = top + view.scrollDOM.clientHeight;
  for (const pc of select.related.peek().pcs) {
    const at = placeOf(view.state, program, pc);
    if (at === null) continue;
    const block = view.lineBlockAt(at);
    if (block.bottom + view.documentPadding.top <= top) counts.above += 1;
    if (block.top + view.documentPadding.top >= bottom) counts.below += 1;
  }
  return counts;
}

function tag(side: keyof Counts): HTMLElement {
  const made = document.createElement("div");
  made.className = `edge ${side}`;
  made.hidden = true;
  made.setAttribute("aria-hidden", "true");
  return made;
}

export const edges = ViewPlugin.fromClass(
  class {
    readonly tags = { above: tag("above"), below: tag("below") };
    readonly view: EditorView;

    constructor(view: EditorView) {
      this.view = view;
      view.dom.append(this.tags.above, this.tags.below);
    }

    update(update: ViewUpdate): void {
      const asked = update.transactions.some(({ effects }) => effects.some((effect) => effect.is(refresh)));
      if (asked || update.geometryChanged || update.viewportChanged) this.measure();
    }

    measure(): void {
      this.view.requestMeasure({
        key: this,
        read: count,
        write: (counts) => {
          for (const side of ["above", "below"] as const) {
            const text = counts[side] === 0 ? "" : `${counts[side]} linked ${side === "above" ? "↑" : "↓"}`;
            if (this.tags[side].textContent === text) continue;
            this.tags[side].hidden = text === "";
            this.tags[side].textContent = text;
          }
        },
      });
    }

    destroy(): void {
      this.tags.above.remove();
      this.tags.below.remove();
    }
  },
  {
    eventHandlers: {
      scroll() {
        this.measure();
      },
    },
  },
);
