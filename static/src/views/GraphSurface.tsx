// The drawn graph under a camera: wheel or + and - zoom, dragging or arrows move, 0 shows all.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import * as camera from "../diagrams/camera.ts";
import { blockOf } from "../diagrams/cfg.ts";
import type { GraphView } from "../schemas.ts";
import * as select from "../select.ts";
import { GraphDrawing } from "./GraphDrawing.tsx";

const STEP = 60;
const FACTOR = 1.2;
/** Beyond this many px a press is a drag, not a click. */
const SLOP = 4;

const view = signal<camera.Camera | null>(null);
/** Size of the drawing the camera was set for: a drawing of another size is shown from its start. */
const seen = signal("");

function sizeOf(box: Element): camera.Size {
  return { width: box.clientWidth, height: box.clientHeight };
}

function set(box: Element, graph: GraphView, next: camera.Camera): void {
  view.value = camera.within(next, graph, sizeOf(box));
}

function zoomBy(box: Element, graph: GraphView, factor: number, at?: { clientX: number; clientY: number }): void {
  if (view.peek() === null) return;
  const { left, top, width, height } = box.getBoundingClientRect();
  const [x, y] = at === undefined ? [width / 2, height / 2] : [at.clientX - left, at.clientY - top];
  set(box, graph, camera.zoom(view.peek()!, factor, x, y));
}

const KEYS: Readonly<Record<string, (box: Element, graph: GraphView) => void>> = {
  "+": (box, graph) => zoomBy(box, graph, FACTOR),
  "=": (box, graph) => zoomBy(box, graph, FACTOR),
  "-": (box, graph) => zoomBy(box, graph, 1 / FACTOR),
  "0": (box, graph) => set(box, graph, camera.fit(graph, sizeOf(box))),
  ArrowLeft: (box, graph) => set(box, graph, camera.pan(view.peek()!, STEP, 0)),
  ArrowRight: (box, graph) => set(box, graph, camera.pan(view.peek()!, -STEP, 0)),
  ArrowUp: (box, graph) => set(box, graph, camera.pan(view.peek()!, 0, STEP)),
  ArrowDown: (box, graph) => set(box, graph, camera.pan(view.peek()!, 0, -STEP)),
};

/** Dragging with one pointer moves, with two zooms. */
function startDrag(event: PointerEvent, box: HTMLElement, graph: GraphView, pointers: Map<number, PointerEvent>): void {
  pointers.set(event.pointerId, event);
  if (pointers.size > 1) return;
  let moved = false;
  const onMove = (now: PointerEvent) => {
    const last = pointers.get(now.pointerId);
    if (last === undefined || view.peek() === null) return;
    if (!moved && Math.abs(now.clientX - event.clientX) + Math.abs(now.clientY - event.clientY) < SLOP) return;
    moved = true;
    box.classList.add("drag");
    const other = [...pointers.values()].find(({ pointerId }) => pointerId !== now.pointerId);
    if (other === undefined) set(box, graph, camera.pan(view.peek()!, now.clientX - last.clientX, now.clientY - last.clientY));
    else {
      const far = ({ clientX, clientY }: PointerEvent) => Math.hypot(clientX - other.clientX, clientY - other.clientY);
      zoomBy(box, graph, far(now) / Math.max(1, far(last)), { clientX: (now.clientX + other.clientX) / 2, clientY: (now.clientY + other.clientY) / 2 });
    }
    pointers.set(now.pointerId, now);
  };
  const onUp = (now: PointerEvent) => {
    pointers.delete(now.pointerId);
    if (pointers.size > 0) return;
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", onUp);
    removeEventListener("pointercancel", onUp);
    box.classList.remove("drag");
    if (!moved) return;
    const swallow = (click: Event) => click.stopPropagation();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }));
  };
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", onUp);
  addEventListener("pointercancel", onUp);
}

function Controls({ run }: { run: (key: string) => void }) {
  const scale = Math.round((view.value?.scale ?? 1) * 100);
  return (
    <div class="zoom">
      <button type="button" class="btn i sm" aria-label="Zoom out" title="Zoom out  -" onClick={() => run("-")}>
        −
      </button>
      <button type="button" class="btn sm" title="Show all  0" onClick={() => run("0")}>
        {scale} %
      </button>
      <button type="button" class="btn i sm" aria-label="Zoom in" title="Zoom in  +" onClick={() => run("+")}>
        +
      </button>
    </div>
  );
}

export function GraphSurface() {
  const box = useRef<HTMLDivElement>(null);
  const pointers = useRef(new Map<number, PointerEvent>());
  const graph = select.graph.value;
  const size = `${graph?.width}x${graph?.height}`;
  const pc = select.graphPc.value;
  const here = graph !== null && pc !== null ? blockOf(graph, pc) : undefined;
  useLayoutEffect(() => {
    if (!graph || box.current === null || seen.peek() === size) return;
    seen.value = size;
    view.value = camera.comfortable(graph, sizeOf(box.current));
  });
  useLayoutEffect(() => {
    if (box.current === null || here === undefined || view.peek() === null) return;
    view.value = camera.reveal(view.peek()!, here, sizeOf(box.current));
  }, [here, size]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || !graph) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.shiftKey) set(element, graph, camera.pan(view.peek()!, -event.deltaY - event.deltaX, 0));
      else zoomBy(element, graph, Math.exp(-event.deltaY * 0.0016), event);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [graph]);
  if (!graph) return null;
  const run = (key: string) => box.current !== null && view.peek() !== null && KEYS[key]?.(box.current, graph);
  const now = view.value ?? { x: 0, y: 0, scale: 1 };
  return (
    <>
      <div
        class="cfg-s"
        ref={box}
        role="group"
        tabIndex={0}
        aria-label="Control-flow graph. Plus and minus zoom, arrows move, 0 shows all. The list beside Drawing has the same as links."
        onPointerDown={(event) => event.button === 0 && startDrag(event, event.currentTarget, graph, pointers.current)}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS) || event.target !== box.current) return;
          event.preventDefault();
          run(event.key);
        }}
      >
        <svg class="cfg" aria-hidden="true" style={{ transform: `translate(${now.x}px, ${now.y}px) scale(${now.scale})`, width: `${graph.width}px`, height: `${graph.height}px` }}>
          <GraphDrawing graph={graph} />
        </svg>
      </div>
      <Controls run={run} />
    </>
  );
}
