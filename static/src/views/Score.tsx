// One column per executed instruction, four lanes of marks, and the playhead that is dragged through time.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import * as score from "../score.ts";
import * as select from "../select.ts";
import { act, state } from "../store.ts";
import * as time from "../time.ts";
import { stepAt } from "../trace.ts";
import { Overview } from "./Overview.tsx";
import { Beyond, chosenLane, Lane, Lanes, Pcs, Playhead, Stops, type Shown } from "./ScoreMarks.tsx";

const NARROW = 1100;
const LEAST = { wide: 9, narrow: 36 };

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(1000);
  useLayoutEffect(() => {
    const box = ref.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => setWidth(box.clientWidth));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

/** The steps of a span that have arrived. */
function viewsOf(span: score.Span): Shown[] {
  const now = state.peek();
  const found = [];
  for (let step = span.from; step < span.to; step += 1) {
    const view = stepAt(now, { packet: now.cursor.packet, step });
    if (view !== undefined) found.push({ step, view });
  }
  return found;
}

/** The arrow keys step; with the focus on the lanes, up and down choose one, left and right go along its marks. */
function onLaneKey(event: KeyboardEvent): void {
  const lane = event.target instanceof HTMLElement && event.target.classList.contains("lanes") ? chosenLane.peek() : undefined;
  const down = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (lane !== undefined && down !== 0) {
    event.preventDefault();
    chosenLane.value = score.LANES[(score.LANES.indexOf(lane) + down + score.LANES.length) % score.LANES.length]!;
    return;
  }
  const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : null;
  if (by === null) return;
  event.preventDefault();
  const window = select.window.peek();
  if (lane === undefined || window === undefined) return time.step(by);
  const target = score.nextMark(lane, window.steps, window.first, state.peek().cursor.step, by);
  if (target !== null) time.seek(target);
}

function onSliderKey(event: KeyboardEvent): void {
  const page = 10;
  const { step } = state.peek().cursor;
  const target = { Home: 0, End: select.steps.peek(), PageUp: step + page, PageDown: step - page }[event.key];
  if (target === undefined || event.altKey) return;
  event.preventDefault();
  time.seek(target);
}

/** The whole score as one thing for the keyboard and for those who hear the page. */
function Grip() {
  const steps = select.steps.value;
  const { step } = select.cursor.value;
  const pc = select.snapshot.value?.pc ?? 0;
  return (
    <span
      class="grip"
      role="slider"
      tabIndex={0}
      aria-label="Step"
      aria-valuemin={0}
      aria-valuemax={steps}
      aria-valuenow={step}
      aria-valuetext={step === steps ? `Step ${step} of ${steps}, the end` : `Step ${step} of ${steps}, before pc ${pc}`}
    />
  );
}

export function Score() {
  const { ref, width } = useWidth();
  const steps = select.steps.value;
  const { step } = select.cursor.value;
  const narrow = innerWidth < NARROW;
  const least = narrow ? LEAST.narrow : LEAST.wide;
  const columns = score.columnsFor(width, steps, least);
  const columnsAtMost = score.columnsFor(width, Infinity, least);
  const { from, to } = score.spanAround(step, steps, columns, narrow);
  const each = score.columnWidth(width, columns);
  const span = useMemo(() => ({ from, to }), [from, to]);
  const views = useMemo(() => viewsOf(span), [span, select.packet.value, select.windows.value, select.window.value]);
  const dragTo = (event: PointerEvent) => {
    const box = ref.current?.getBoundingClientRect();
    if (box !== undefined) time.seek(score.stepAtX(event.clientX - box.left, box.width, span));
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const mark = event.target instanceof HTMLElement ? event.target.dataset.step : undefined;
    if (mark === undefined) dragTo(event);
    else time.seek(Number(mark) + 1);
  };
  const onMove = (event: PointerEvent) => {
    if ((event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) return dragTo(event);
    const mark = event.target instanceof HTMLElement ? event.target.dataset.step : undefined;
    act(actions.hover, mark === undefined ? null : { kind: "step", step: Number(mark) });
  };
  return (
    <div class="scorebox" ref={ref}>
      {steps === 0 ? (
        <p class="score-empty">{select.run.value === null ? "Each instruction that runs becomes a column here." : "No instruction ran for this packet."}</p>
      ) : (
        <div
          class="score"
          style={{ "--n": columns }}
          onPointerDown={onDown}
          onPointerMove={onMove}
          onPointerLeave={() => act(actions.hover, null)}
          onKeyDown={(event) => (onLaneKey(event), onSliderKey(event))}
        >
          <Grip />
          <span class="lane dim" style={{ gridRow: 1, lineHeight: "20px" }}>
            pc
          </span>
          <Pcs span={span} views={views} each={each} />
          <Lanes />
          {score.LANES.map((lane) => (
            <Lane key={lane} lane={lane} span={span} views={views} each={each} />
          ))}
          <Stops span={span} views={views} />
          <Playhead span={span} />
          <Beyond span={span} />
        </div>
      )}
      {select.mostSteps.value > columnsAtMost ? <Overview span={span} /> : null}
    </div>
  );
}
