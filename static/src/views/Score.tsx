// One column per executed instruction, four lanes of marks, and the playhead that is dragged through time.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import * as score from "../score.ts";
import type { StepView } from "../schemas.ts";
import * as select from "../select.ts";
import { act, state } from "../store.ts";
import * as time from "../time.ts";
import { stepAt } from "../trace.ts";
import { Overview } from "./Overview.tsx";
import { MARK_TONE } from "./words.ts";

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
function viewsOf(span: score.Span): { step: number; view: StepView }[] {
  const now = state.peek();
  const found = [];
  for (let step = span.from; step < span.to; step += 1) {
    const view = stepAt(now, { packet: now.cursor.packet, step });
    if (view !== undefined) found.push({ step, view });
  }
  return found;
}

function Chip({ placed, span }: { placed: score.Placed; span: score.Span }) {
  const { step, mark, thin, shift } = placed;
  const future = step >= select.cursor.value.step;
  const tone = MARK_TONE[mark.kind];
  const linked = select.related.value.steps.has(step);
  const names = ["ev", tone, thin && "thin", mark.write && "w", mark.taken && "t", future && "f", linked && "link"];
  return (
    <span
      class={names.filter(Boolean).join(" ")}
      data-step={step}
      title={mark.text}
      style={{ gridRow: score.LANES.indexOf(mark.lane) + 2, gridColumn: step - span.from + 2, left: shift === 0 ? "" : `${shift}px` }}
    >
      {thin || tone === "br" ? "" : mark.text}
    </span>
  );
}

function Lane({ lane, span, views, each }: { lane: (typeof score.LANES)[number]; span: score.Span; views: { step: number; view: StepView }[]; each: number }) {
  const row = { gridRow: score.LANES.indexOf(lane) + 2 };
  return (
    <>
      <button type="button" class="lane" style={row} data-lane={lane} aria-label={`Lane ${lane}: arrow keys go from mark to mark`}>
        {lane}
      </button>
      <span class="rule" style={row} />
      {score.place(lane, views, each).map((placed) => (
        <Chip key={placed.step} placed={placed} span={span} />
      ))}
    </>
  );
}

/** A dot above each column that a breakpoint stops before. */
function Stops({ span, views }: { span: score.Span; views: { step: number; view: StepView }[] }) {
  const pcs = new Set(select.breakpoints.value.map(({ line }) => select.slotOfLine.value.get(line)?.pc));
  return (
    <>
      {views
        .filter(({ view }) => pcs.has(view.pc))
        .map(({ step }) => (
          <span key={step} class="bpm" style={{ gridColumn: step - span.from + 2 }} />
        ))}
    </>
  );
}

/** How many linked steps lie beyond either edge. */
function Beyond({ span }: { span: score.Span }) {
  const steps = [...select.related.value.steps];
  const before = steps.filter((step) => step < span.from).length;
  const after = steps.filter((step) => step >= span.to).length;
  return (
    <>
      {before === 0 ? null : <span class="beyond left">← {before} linked</span>}
      {after === 0 ? null : <span class="beyond right">{after} linked →</span>}
    </>
  );
}

function Playhead({ span }: { span: score.Span }) {
  const { step } = select.cursor.value;
  const atEnd = step >= span.to;
  const column = Math.min(step, span.to - 1) - span.from + 2;
  return (
    <>
      {atEnd ? null : <span class="fut" style={{ gridColumn: `${column} / -1` }} />}
      {step > span.from ? <span class="past" style={{ gridColumn: `2 / ${atEnd ? -1 : column}` }} /> : null}
      <span class={atEnd ? "play end" : "play"} style={{ gridColumn: column }}>
        <i>{atEnd ? "end" : `step ${step}`}</i>
      </span>
    </>
  );
}

function onLaneKey(event: KeyboardEvent): void {
  const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : null;
  if (by === null || !(event.target instanceof HTMLElement)) return;
  const { lane } = event.target.dataset as { lane?: StepViewLane };
  event.preventDefault();
  const window = select.window.peek();
  if (lane === undefined || window === undefined) return time.step(by);
  const target = score.nextMark(lane, window.steps, window.first, state.peek().cursor.step, by);
  if (target !== null) time.seek(target);
}

type StepViewLane = (typeof score.LANES)[number];

function onSliderKey(event: KeyboardEvent): void {
  const page = 10;
  const { step } = state.peek().cursor;
  const target = { Home: 0, End: select.steps.peek(), PageUp: step + page, PageDown: step - page }[event.key];
  if (target === undefined || event.altKey) return;
  event.preventDefault();
  time.seek(target);
}

export function Score() {
  const { ref, width } = useWidth();
  const steps = select.steps.value;
  const { step } = select.cursor.value;
  const narrow = innerWidth < NARROW;
  const least = narrow ? LEAST.narrow : LEAST.wide;
  const columns = score.columnsFor(width, steps, least);
  const columnsAtMost = score.columnsFor(width, Infinity, least);
  const span = score.spanAround(step, steps, columns, narrow);
  const each = score.columnWidth(width, columns);
  void select.windows.value;
  const views = viewsOf(span);
  const pc = select.snapshot.value?.pc ?? 0;
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
  const every = score.labelEvery(each);
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
          <span class="lane dim" style={{ gridRow: 1, lineHeight: "20px" }}>
            pc
          </span>
          {views.map(({ step: k, view }) =>
            (k - span.from) % every === 0 ? (
              <span key={k} class="pcn" style={{ gridColumn: k - span.from + 2 }}>
                {view.pc}
              </span>
            ) : null,
          )}
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
