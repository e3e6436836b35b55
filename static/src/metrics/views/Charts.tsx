// Small exact drawings: their geometry is in charts.ts.
import type { GraphAxis, MetricFamily } from "../../schemas.ts";
import { bars, BOX, labelOf, LINE, lines, short, stack, type Drawn } from "../charts.ts";
import { seriesKey } from "../follow.ts";
import * as state from "../state.ts";

interface ChartProps {
  family: MetricFamily;
  number: number;
  axis: GraphAxis;
  label: string;
}

const HEIGHT = 168;
const STRETCHES = 20;
/** Names of verdicts by the tone that shows them; any other is ink. */
const TONE: Readonly<Record<string, string>> = { pass: "pass", ok: "pass", drop: "drop", shot: "drop", tx: "tx", redirect: "redir", aborted: "abort" };

function point(family: number, series: number) {
  return {
    onMouseEnter: () => (state.hover.value = { family, series }),
    onClick: () => state.pinned({ family, series }),
  };
}

function isLit(family: number, series: number): boolean {
  return state.shown.value.series.has(seriesKey(family, series));
}

function Times({ axis, left, right }: { axis: GraphAxis; left: number; right: number }) {
  return (
    <>
      <text x={left} y="163">
        0 s
      </text>
      <text x={right} y="163" text-anchor="end">
        {axis.end}
      </text>
    </>
  );
}

/** The followed line is named where it ends; the others are named together. */
function Names({ drawn, number }: { drawn: readonly Drawn[]; number: number }) {
  const named = drawn.filter(({ at }) => isLit(number, at));
  const shown = named.length > 0 && named.length < drawn.length ? named.slice(-1) : drawn.slice(-1);
  const rest = drawn.length - shown.length;
  const [first] = shown;
  if (first === undefined) return null;
  const others = drawn.filter((one) => one !== first);
  const away = first.y > LINE.bottom - 14 ? -13 : 13;
  const near = Math.max(LINE.top, ...others.map(({ y }) => y));
  const y = Math.abs(near - first.y) < 12 ? first.y + away : near;
  return (
    <>
      <text x={LINE.right + 4} y={first.y + 3.5} class="d m">
        {first.label || "all"}
      </text>
      {rest === 0 ? null : (
        <text x={LINE.right + 4} y={y + 3.5} class="d">
          the other {rest}
        </text>
      )}
    </>
  );
}

export function Lines({ family, number, axis, label }: ChartProps) {
  const { drawn, marks, y } = lines(family, axis.points);
  const single = drawn.length === 1;
  return (
    <svg viewBox={`0 0 ${LINE.width} ${HEIGHT}`} class="ch" role="img" aria-label={label}>
      {marks.map((mark) => (
        <g key={mark}>
          <path d={`M${LINE.left} ${y(mark)}H${LINE.right}`} stroke="var(--line)" />
          <text x={LINE.left - 5} y={y(mark) + 3} text-anchor="end">
            {short(mark)}
          </text>
        </g>
      ))}
      {drawn.map(({ at, path }) => {
        const on = single || isLit(number, at);
        return <path key={at} d={path} class={on ? "ln on" : "ln"} {...point(number, at)} />;
      })}
      <Names drawn={drawn} number={number} />
      <Times axis={axis} left={LINE.left} right={LINE.right} />
    </svg>
  );
}

function toneOf(family: MetricFamily, at: number): string {
  return TONE[labelOf(family.series[at] ?? { labels: [] })] ?? "ink-3";
}

export function Stack({ family, number, axis, label }: ChartProps) {
  const { pieces, marks } = stack(family, STRETCHES);
  const top = marks[marks.length - 1] ?? 1;
  const used = [...new Set(pieces.map(({ at }) => at))];
  const hatch = `hatch-${number}`;
  const fill = (at: number) => (toneOf(family, at) === "drop" ? `url(#${hatch})` : `var(--${toneOf(family, at)})`);
  return (
    <svg viewBox={`0 0 ${BOX.width} ${HEIGHT}`} class="ch bx" role="img" aria-label={label}>
      <defs>
        <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="4" height="4" fill="var(--drop)" />
          <path d="M0 0v4" stroke="var(--surface)" stroke-width="1" />
        </pattern>
      </defs>
      {pieces.map(({ at, x, y, width, height }) => (
        <rect key={`${at}:${x}`} x={x} y={y + 0.5} width={width} height={Math.max(0, height - 0.5)} fill={fill(at)} {...point(number, at)} />
      ))}
      <path d={`M${BOX.left} ${BOX.bottom}H${BOX.right}`} stroke="var(--line-2)" />
      <text x={BOX.left - 4} y={BOX.bottom + 3} text-anchor="end">
        0
      </text>
      <text x={BOX.left - 4} y={BOX.top + 6} text-anchor="end">
        {short(top)}
      </text>
      {used.map((at, order) => (
        <text key={at} x={BOX.right + 2} y={BOX.bottom - 8 - order * 16} class={isLit(number, at) ? "vn on" : "vn"} style={{ fill: `var(--${toneOf(family, at)})` }}>
          {labelOf(family.series[at] ?? { labels: [] })}
        </text>
      ))}
      <Times axis={axis} left={BOX.left} right={BOX.right} />
    </svg>
  );
}

/** Which histogram of a metric is drawn: the followed one, else the one with the most slots. */
export function barsShown({ series }: MetricFamily, number: number): number {
  const followed = [...series.keys()].filter((at) => isLit(number, at));
  const widest = series.reduce((best, { bars: own }, at) => (own.length > (series[best]?.bars.length ?? 0) ? at : best), 0);
  return followed.length === 1 ? (followed[0] ?? widest) : widest;
}

export function Bars({ family, number, label }: ChartProps) {
  const lit = barsShown(family, number);
  const placed = bars(family.series[lit]?.bars ?? []);
  return (
    <svg viewBox={`0 0 ${BOX.width} ${HEIGHT}`} class="ch bx" role="img" aria-label={label} onMouseEnter={() => (state.hover.value = { family: number, series: lit })}>
      {placed.map((bar) => (
        <g key={bar.low}>
          <title>{`from ${bar.low} to ${bar.high}: ${bar.count}`}</title>
          <rect x={bar.x} y={bar.y} width={bar.width} height={bar.height} rx="1.5" fill="var(--map-t)" stroke="var(--map-e)" />
          <text x={bar.x + bar.width / 2} y={bar.y - 4} text-anchor="middle">
            {bar.counted ? short(bar.count) : ""}
          </text>
          {bar.said ? (
            <text x={bar.x} y="163">
              {bar.low}
            </text>
          ) : null}
        </g>
      ))}
      <path d={`M6 ${BOX.bottom}H${BOX.width - 6}`} stroke="var(--line-2)" />
    </svg>
  );
}
