// Where everything in a graph stands, in the units of its drawing. Numbers come from the server; this places them.
import type { MetricBar, MetricFamily, MetricSeries } from "../schemas.ts";

export const LINE = { width: 262, left: 34, right: 166, top: 18, bottom: 146 } as const;
export const BOX = { width: 164, left: 20, right: 128, top: 18, bottom: 146 } as const;

const STEPS = [1, 2, 2.5, 5, 10];
const TICKS = 4;

/** The marks of an axis from 0 to at least `most`, at most five, at round numbers. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / TICKS;
  const scale = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((one) => one * scale >= rough * (1 - 1e-9)) ?? 10) * scale;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}

/** A number as short as it can be said: 1,200 is 1.2k. */
export function short(value: number): string {
  const [size, unit] = value >= 1e9 ? [1e9, "G"] : value >= 1e6 ? [1e6, "M"] : value >= 1e4 ? [1e3, "k"] : [1, ""];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

export function labelOf({ labels }: Pick<MetricSeries, "labels">): string {
  return labels.map(([, text]) => text).join(" ");
}

export interface Drawn {
  at: number;
  label: string;
  path: string;
  /** Height of the last point. */
  y: number;
  most: number;
}

/** The lines of a metric, the smallest first, so that the largest lies on top. */
export function lines({ series }: Pick<MetricFamily, "series">, points: number): { drawn: Drawn[]; marks: number[]; y: (value: number) => number } {
  const with_ = series.map((one, at) => ({ one, at })).filter(({ one }) => one.points.length > 0);
  const marks = ticks(Math.max(0, ...with_.flatMap(({ one }) => one.points)));
  const top = marks[marks.length - 1] ?? 1;
  const y = (value: number) => LINE.bottom - (value / top) * (LINE.bottom - LINE.top);
  const x = (at: number) => LINE.left + (at / points) * (LINE.right - LINE.left);
  const drawn = with_.map(({ one, at }) => ({
    at,
    label: labelOf(one),
    path: one.points.map((value, point) => `${point === 0 ? "M" : "L"}${x(point).toFixed(1)} ${y(value).toFixed(1)}`).join(""),
    y: y(one.points[one.points.length - 1] ?? 0),
    most: Math.max(...one.points),
  }));
  return { drawn: drawn.sort((a, b) => a.most - b.most), marks, y };
}

export interface Piece {
  at: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Stacked bars: a column for each stretch of time, a piece for each series that grew in it. */
export function stack({ series }: Pick<MetricFamily, "series">, columns: number): { pieces: Piece[]; marks: number[] } {
  const sums = Array.from({ length: columns }, (_, column) => series.reduce((sum, { points }) => sum + (points[column] ?? 0), 0));
  const marks = ticks(Math.max(0, ...sums));
  const top = marks[marks.length - 1] ?? 1;
  const scale = (BOX.bottom - BOX.top) / top;
  const room = (BOX.right - BOX.left) / columns;
  const pieces = sums.flatMap((_, column) => {
    let below = BOX.bottom;
    return series.flatMap(({ points }, at) => {
      const height = (points[column] ?? 0) * scale;
      below -= height;
      return height === 0 ? [] : [{ at, x: BOX.left + column * room, y: below, width: room * 0.8, height }];
    });
  });
  return { pieces, marks };
}

export interface Bar extends MetricBar {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Whether there is room to say where it begins, and to say its count. */
  said: boolean;
  counted: boolean;
}

const MOST_SAID = 4;
/** Width of a digit. */
const DIGIT = 6.6;

/** The slots of a histogram, side by side. */
export function bars(slots: readonly MetricBar[]): Bar[] {
  const most = Math.max(1, ...slots.map(({ count }) => count));
  const room = (BOX.width - 12) / Math.max(slots.length, 3);
  const every = Math.ceil(slots.length / MOST_SAID);
  const counted = (at: number) => {
    const { count } = slots[at] ?? { count: 0 };
    const beside = Math.max(slots[at - 1]?.count ?? 0, slots[at + 1]?.count ?? 0);
    return count > 0 && (short(count).length * DIGIT <= room || count > beside);
  };
  return slots.map((slot, at) => {
    const height = (slot.count / most) * (BOX.bottom - BOX.top - 6);
    return { ...slot, x: 6 + at * room, y: BOX.bottom - height, width: room * 0.86, height, said: at % every === 0 && 6 + at * room + slot.low.length * DIGIT <= BOX.width, counted: counted(at) };
  });
}

/** What a graph shows, in words. */
export function words({ draw, series }: MetricFamily, window: string): string {
  if (series.length === 0) return "nothing yet";
  if (draw === "bars") return series.map((one) => `${labelOf(one)} ${one.value} in all`.trim()).join(", ");
  const shown = series.filter(({ points }) => points.length > 0).slice(0, MOST_SAID);
  const most = shown.map((one) => `${labelOf(one) || "it"} ${draw === "rate" ? `reaches ${short(Math.max(...one.points))} a second over ${window}` : `is ${one.value}`}`);
  return most.join(", ");
}
