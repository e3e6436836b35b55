// Docking: dragging a pane's header onto another pane puts it above, below or as a tab of that one.
import * as actions from "./actions.ts";
import { move, screenOf, TITLES, type Layout, type PaneId, type Where } from "./panes.ts";
import { act, state } from "./store.ts";

/** The layout of the screen that a pane is on. */
export function layoutWith(pane: PaneId): Layout {
  return screenOf(pane) === "verifier" ? state.peek().verifierLayout : state.peek().layout;
}

const FAR = 6;
const EDGE = 0.3;

function targetAt(x: number, y: number): { element: HTMLElement; pane: PaneId; where: Where } | null {
  const element = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-pane]");
  if (element === null || element === undefined) return null;
  const box = element.getBoundingClientRect();
  const down = (y - box.top) / box.height;
  const where = down < EDGE ? "above" : down > 1 - EDGE ? "below" : "tab";
  return { element, pane: element.dataset.pane as PaneId, where };
}

function clearMarks(): void {
  for (const element of document.querySelectorAll(".drop-above, .drop-below, .drop-tab, .dragging")) {
    element.classList.remove("drop-above", "drop-below", "drop-tab", "dragging");
  }
}

/** Follows the pointer from a press on a header; a press that does not travel is none of ours. */
export function startDock(event: PointerEvent, pane: PaneId): void {
  const header = event.currentTarget as HTMLElement;
  const pressed = event.target instanceof Element ? event.target.closest("button, a, input, select") : null;
  if (event.button !== 0 || pressed !== null || event.pointerType === "touch") return;
  const from = { x: event.clientX, y: event.clientY };
  let dragging = false;
  const onMove = (now: PointerEvent) => {
    if (!dragging && Math.hypot(now.clientX - from.x, now.clientY - from.y) < FAR) return;
    dragging = true;
    clearMarks();
    header.closest(".pane")?.classList.add("dragging");
    const target = targetAt(now.clientX, now.clientY);
    if (target !== null && target.pane !== pane) target.element.classList.add(`drop-${target.where}`);
  };
  const onEnd = (now: PointerEvent) => {
    header.removeEventListener("pointermove", onMove);
    header.removeEventListener("pointerup", onEnd);
    header.removeEventListener("pointercancel", onEnd);
    clearMarks();
    const target = now.type === "pointerup" && dragging ? targetAt(now.clientX, now.clientY) : null;
    if (target === null || target.pane === pane) return;
    act(actions.arrange, move(layoutWith(pane), pane, target.pane, target.where), `moving ${TITLES[pane]}`);
  };
  header.setPointerCapture(event.pointerId);
  header.addEventListener("pointermove", onMove);
  header.addEventListener("pointerup", onEnd);
  header.addEventListener("pointercancel", onEnd);
}
