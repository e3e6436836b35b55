// Which rows of the four panes belong together: a map's entry, the rule that reads it, its lines of the scrape, its graph.
import type { MetricFamily, MetricsReply } from "../schemas.ts";

/** What is pointed at: an entry of a map, a series of a metric, or a whole metric. */
export type Pointed = { map: string; entry: number } | { family: number; series: number | null };

/** What lights up; `series` holds "family:series". */
export interface Lit {
  map: string | null;
  entries: ReadonlySet<number>;
  series: ReadonlySet<string>;
  families: ReadonlySet<number>;
  lines: ReadonlySet<number>;
}

export const DARK: Lit = { map: null, entries: new Set(), series: new Set(), families: new Set(), lines: new Set() };

export function seriesKey(family: number, series: number): string {
  return `${family}:${series}`;
}

function ofEntry(families: readonly MetricFamily[], map: string, entry: number): Lit {
  const read = families.map((family, number) => ({ family, number })).filter(({ family }) => family.map === map);
  const series = read.flatMap(({ family, number }) =>
    family.series.flatMap(({ entries }, at) => (entries.includes(entry) ? [{ number, key: seriesKey(number, at) }] : [])),
  );
  const numbers = new Set(series.map(({ number }) => number));
  const lines = read.filter(({ number }) => numbers.has(number)).flatMap(({ family }) => family.lines);
  return { map, entries: new Set([entry]), series: new Set(series.map(({ key }) => key)), families: numbers, lines: new Set(lines) };
}

function ofSeries(family: MetricFamily, number: number, at: number): Lit {
  const entries = new Set(family.series[at]?.entries ?? []);
  return { map: family.map, entries, series: new Set([seriesKey(number, at)]), families: new Set([number]), lines: new Set(family.lines) };
}

/** A whole metric: all its lines, and the map it reads, but no entry of it more than another. */
function ofFamily(family: MetricFamily, number: number): Lit {
  const series = new Set(family.series.map((_, at) => seriesKey(number, at)));
  return { map: family.map, entries: new Set(), series, families: new Set([number]), lines: new Set(family.lines) };
}

export function lit(reply: Pick<MetricsReply, "families"> | null, pointed: Pointed | null): Lit {
  const families = reply?.families ?? [];
  if (pointed === null) return DARK;
  if ("map" in pointed) return ofEntry(families, pointed.map, pointed.entry);
  const family = families[pointed.family];
  if (family === undefined) return DARK;
  return pointed.series === null ? ofFamily(family, pointed.family) : ofSeries(family, pointed.family, pointed.series);
}

/** What is followed while nothing is pointed at: the largest number of the first metric. */
export function largest(reply: Pick<MetricsReply, "families"> | null): Pointed | null {
  const [family] = reply?.families ?? [];
  if (family === undefined || family.series.length === 0) return null;
  const sizes = family.series.map(({ value }) => Number(value));
  return { family: 0, series: sizes.indexOf(Math.max(...sizes)) };
}

/** The metric whose rule holds a line. */
export function familyAt(reply: Pick<MetricsReply, "families"> | null, line: number): number | null {
  const at = (reply?.families ?? []).findIndex(({ first, last }) => line >= first && line <= last);
  return at < 0 ? null : at;
}
