// The whole run of one packet as a strip: time to the right, pc downwards. Drawn once per run; only the head moves.
import { useEffect, useRef } from "preact/hooks";
import type { Span } from "../score.ts";
import type { MarksReply } from "../schemas.ts";
import * as select from "../select.ts";
import * as time from "../time.ts";
import { plural } from "./words.ts";

function draw(canvas: HTMLCanvasElement, { pcs }: MarksReply): void {
  const width = (canvas.width = canvas.clientWidth * devicePixelRatio);
  const height = (canvas.height = canvas.clientHeight * devicePixelRatio);
  const paint = canvas.getContext("2d");
  if (paint === null || pcs.length === 0) return;
  const most = pcs.reduce((a, b) => Math.max(a, b), 1);
  paint.fillStyle = getComputedStyle(canvas).color;
  const each = width / pcs.length;
  const dot = Math.max(1, devicePixelRatio);
  pcs.forEach((pc, i) => paint.fillRect(i * each, 2 + (pc / most) * (height - 4 - dot), Math.max(dot, each), dot));
}

const percent = (part: number, whole: number) => `${(100 * part) / Math.max(1, whole)}%`;

export function Overview({ span }: { span: Span }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const marks = select.marks.value;
  const steps = select.steps.value;
  useEffect(() => {
    if (canvas.current !== null && marks !== null) draw(canvas.current, marks);
  }, [marks, select.theme.value]);
  const seek = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    time.seek(Math.round(((event.clientX - box.left) / box.width) * steps));
  };
  const { step } = select.cursor.value;
  const binned = marks !== null && marks.bin > 1 ? `, ${plural(marks.bin, "step")} per column` : "";
  return (
    <>
      <div
        class="overview dim"
        aria-hidden="true"
        onPointerDown={(event) => {
          (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
          seek(event);
        }}
        onPointerMove={(event) => {
          if ((event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) seek(event);
        }}
      >
        <canvas ref={canvas} />
        <span class="view" style={{ left: percent(span.from, steps), width: percent(span.to - span.from, steps) }} />
        <span class="head" style={{ left: percent(step, steps) }} />
      </div>
      <span class="overview-n">
        {plural(steps, "step")}
        {binned}
      </span>
    </>
  );
}
