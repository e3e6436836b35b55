// How the score is laid out: which steps are shown, and which marks have room for their words.
import type { Mark, StepView } from "./schemas.ts";

export const MAX_COLUMNS = 120;
const LANE_WIDTH = 62;
const RIGHT = 14;
const LETTER = 5.8;
const PADDING = 8;
/** Width of a branch. */
const DIAMOND = 12;

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
  /** Its words, cut short where there is no room for all of them; "" where there is room for none. */
  text: string;
  /** Too little room for its words. */
  thin: boolean;
  /** How far its words stand from the middle of its column, in px; they always cover the middle. */
  shift: number;
}

const THIN = 6;
const APART = 2;
/** How much of a mark is on the far side of its column's middle at least. */
const HOLD = 4;
/** Fewer letters than this, the last of them "…", say nothing. */
const FEWEST = 4;

const LANES: readonly Mark["lane"][] = ["reads", "stack", "map", "control"];

export { LANES };

function widthOf(text: string): number {
  return text.length * LETTER + PADDING;
}

/** A word of a mark between two px, as near as may be to the middle of its column, and cut where it must be; null: no room. */
function fit(text: string, centre: number, from: number, to: number): { text: string; left: number; right: number } | null {
  const letters = Math.floor((to - from - PADDING) / LETTER);
  const short = letters >= text.length ? text : `${text.slice(0, letters - 1)}…`;
  if (letters < text.length && letters < FEWEST) return null;
  const width = widthOf(short);
  const left = Math.min(Math.max(centre - width / 2, from), to - width);
  const holds = left <= centre - HOLD + 0.01 && left + width >= centre + HOLD - 0.01;
  return holds ? { text: short, left, right: left + width } : null;
}

/**
 * The marks of one lane, left to right, within `span`. Words give way to their neighbours by standing off the middle of
 * their column, then by being cut short; where that is not enough the mark is thin.
 */
export function place(lane: Mark["lane"], steps: readonly { step: number; view: StepView }[], each: number, span?: Span): Placed[] {
  const marks = steps.flatMap(({ step, view }) => (view.mark?.lane === lane ? [{ step, mark: view.mark }] : []));
  let edge = span === undefined ? -Infinity : span.from * each - APART;
  const end = span === undefined ? Infinity : span.to * each + RIGHT;
  return marks.map(({ step, mark }, i) => {
    const centre = (step + 0.5) * each;
    const next = marks[i + 1];
    const limit = next === undefined ? end : (next.step + 0.5) * each - HOLD - APART;
    if (mark.kind === "branch") {
      const thin = centre - DIAMOND / 2 < edge + APART || centre + DIAMOND / 2 > limit;
      edge = centre + (thin ? THIN : DIAMOND) / 2;
      return { step, mark, text: "", thin, shift: 0 };
    }
    const word = fit(mark.text, centre, edge + APART, limit);
    edge = word === null ? Math.max(edge, centre + THIN / 2) : word.right;
    return word === null
      ? { step, mark, text: "", thin: true, shift: 0 }
      : { step, mark, text: word.text, thin: false, shift: (word.left + word.right) / 2 - centre };
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
