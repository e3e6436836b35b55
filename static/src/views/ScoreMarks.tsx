// What stands in the score: marks in their lanes, breakpoints, linked steps out of sight, the playhead.
import { computed, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import * as score from "../score.ts";
import type { StepView } from "../schemas.ts";
import * as select from "../select.ts";
import { memo } from "./memo.ts";
import { MARK_TONE } from "./words.ts";

/** A step of the span that has arrived. */
export interface Shown {
  step: number;
  view: StepView;
}

/** Is drawn again only when the playhead passes it, or when it becomes another step's. */
function Chip({ placed, span }: { placed: score.Placed; span: score.Span }) {
  const { step, mark, text, thin, shift } = placed;
  const future = useMemo(() => computed(() => step >= select.cursor.value.step), [step]).value;
  const linked = useMemo(() => computed(() => select.related.value.steps.has(step)), [step]).value;
  const tone = MARK_TONE[mark.kind];
  const names = ["ev", tone, thin && "thin", mark.write && "w", mark.taken && "t", future && "f", linked && "link"];
  return (
    <span
      class={names.filter(Boolean).join(" ")}
      data-step={step}
      title={mark.text}
      style={{ gridRow: score.LANES.indexOf(mark.lane) + 2, gridColumn: step - span.from + 2, left: shift === 0 ? "" : `${shift}px` }}
    >
      {text}
    </span>
  );
}

/** The lane that the arrow keys go along. */
export const chosenLane = signal<(typeof score.LANES)[number]>("reads");

/** The names of the lanes: for the keyboard one thing, as large as they are together. */
export function Lanes() {
  return (
    <div class="lanes" role="listbox" tabIndex={0} aria-label="Lanes: up and down choose one, left and right go from mark to mark" aria-activedescendant={`lane-${chosenLane.value}`}>
      {score.LANES.map((lane) => (
        <span key={lane} id={`lane-${lane}`} class="lane" role="option" aria-selected={lane === chosenLane.value}>
          {lane}
        </span>
      ))}
    </div>
  );
}

interface LaneProps {
  lane: (typeof score.LANES)[number];
  span: score.Span;
  views: readonly Shown[];
  /** Width of a column in px. */
  each: number;
}

export const Lane = memo(({ lane, span, views, each }: LaneProps) => {
  const row = { gridRow: score.LANES.indexOf(lane) + 2 };
  return (
    <>
      <span class="rule" style={row} />
      {score.place(lane, views, each, span).map((placed, i) => (
        <Chip key={i} placed={placed} span={span} />
      ))}
    </>
  );
});

/** The pc of each column that has room for it. */
export const Pcs = memo(({ span, views, each }: Omit<LaneProps, "lane">) => {
  const every = score.labelEvery(each);
  return (
    <>
      {views.map(({ step, view }) =>
        (step - span.from) % every === 0 ? (
          <span key={(step - span.from) / every} class="pcn" style={{ gridColumn: step - span.from + 2 }}>
            {view.pc}
          </span>
        ) : null,
      )}
    </>
  );
});

/** A dot above each column that a breakpoint stops before. */
export const Stops = memo(({ span, views }: { span: score.Span; views: readonly Shown[] }) => {
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
});

/** How many linked steps lie beyond either edge. */
export function Beyond({ span }: { span: score.Span }) {
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

export function Playhead({ span }: { span: score.Span }) {
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
