// Pointing at a line lights up what it read and wrote; pointing at a register, that register.
import { EditorView } from "@codemirror/view";
import * as actions from "../actions.ts";
import type { Link } from "../related.ts";
import { act } from "../store.ts";
import { slotAt } from "./lines.ts";

function under(view: EditorView, event: MouseEvent): Link | null {
  const register = event.target instanceof Element ? event.target.closest(".r") : null;
  const n = /^[rw](10|\d)$/.exec(register?.textContent ?? "")?.[1];
  if (n !== undefined) return { kind: "reg", n: Number(n) };
  const block = view.lineBlockAtHeight(event.clientY - view.documentTop);
  if (event.clientY - view.documentTop > block.bottom) return null;
  const slot = slotAt(view.state, block.from, block.to);
  return slot === null ? null : { kind: "pc", pc: slot.pc };
}

export const pointing = EditorView.domEventHandlers({
  mousemove(event, view) {
    if (event.buttons === 0) act(actions.hover, under(view, event));
  },
  mouseleave() {
    act(actions.hover, null);
  },
});
