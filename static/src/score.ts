// How the score is laid out: which steps are shown, and which marks have room for their words.
import type { Mark, StepView } from "./schemas.ts";

export const MAX_COLUMNS = 120;
const LANE_WIDTH = 62;
const RIGHT = 14;
const LETTER = 5.8;
const PADDING = 8;

export interface Span {
  from: number;
  /** Exclusive. */
  to: number;
}

/** Columns that fit: as many as there are steps, up to 120, each at least `least` px wide. */
export function columnsFor(width: number, steps: number, least: number): number {
  const room = Math.max(8, Math.floor((width - LANE_WIDTH - RIGHT) / least));
  return Math.max(1, Math.min(steps, MAX_COLUMNS, room));
}

/**
 * The steps shown around the cursor. Where all fit, all; else pages that overlap by half, so that the playhead
 * keeps at least a quarter of the page on either side (`centred`: it stays in the middle, for narrow screens).
 */
export function spanAround(step: number, steps: number, columns: number, centred = false): Span {
  if (steps <= columns) return { from: 0, to: steps };
  const half = Math.max(1, Math.floor(columns / 2));
  const start = centred ? step - half : (Math.round(step / half) - 1) * half;
  const from = Math.max(0, Math.min(start, steps - columns));
  return { from, to: from + columns };
}

export function columnWidth(width: number, columns: number): number {
  return Math.max(1, (width - LANE_WIDTH - RIGHT) / columns);
}

/** The step under a pointer `x` px from the score's left edge; the right half of a column is the state after it. */
export function stepAtX(x: number, width: number, span: Span): number {
  const each = columnWidth(width, span.to - span.from);
  const step = span.from + Math.round((x - LANE_WIDTH) / each);
  return Math.max(span.from, Math.min(span.to, step));
}

export interface Placed {
  step: number;
  mark: Mark;
  /** Too little room for its words. */
  thin: boolean;
  /** How far its words stand from the middle of its column, in px; they always cover the middle. */
  shift: number;
}

const THIN = 6;
const APART = 2;
/** How much of a mark is on the far side of its column's middle at least. */
const HOLD = 4;

const LANES: readonly Mark["lane"][] = ["reads", "stack", "map", "control"];

export { LANES };

function widthOf(mark: Mark): number {
  return mark.kind === "branch" ? 12 : mark.text.length * LETTER + PADDING;
}

/**
 * The marks of one lane, left to right. Words give way to their neighbours by standing off the middle of their column;
 * where that is not enough the mark is thin.
 */
export function place(lane: Mark["lane"], steps: readonly { step: number; view: StepView }[], each: number): Placed[] {
  const marks = steps.flatMap(({ step, view }) => (view.mark?.lane === lane ? [{ step, mark: view.mark }] : []));
  let edge = -Infinity;
  return marks.map(({ step, mark }, i) => {
    const centre = (step + 0.5) * each;
    const width = widthOf(mark);
    const next = marks[i + 1];
    const limit = next === undefined ? Infinity : (next.step + 0.5) * each - THIN / 2 - APART;
    const most = mark.kind === "branch" ? 0 : width / 2 - HOLD;
    const left = Math.max(centre - width / 2, edge + APART);
    const shift = Math.min(left, limit - width) - (centre - width / 2);
    const thin = Math.abs(shift) > most || centre + shift - width / 2 < edge + APART;
    edge = thin ? centre + THIN / 2 : centre + shift + width / 2;
    return { step, mark, thin, shift: thin ? 0 : shift };
  });
}

/** Every how many columns a pc is written, so that they do not touch. */
export function labelEvery(each: number): number {
  return Math.max(1, Math.ceil(20 / each));
}

/** The step of the next mark in a lane after `step`, or before it. The state after the mark's step is the answer. */
export function nextMark(lane: Mark["lane"], steps: readonly StepView[], first: number, step: number, by: 1 | -1): number | null {
  for (let i = step - first + (by > 0 ? 0 : -2); i >= 0 && i < steps.length; i += by) {
    if (steps[i]?.mark?.lane === lane) return first + i + 1;
  }
  return null;
}
