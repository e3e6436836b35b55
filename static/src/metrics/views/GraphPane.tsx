// The metrics over the run's time: rates as lines, verdicts as stacked bars, sizes as a histogram.
import { isFailure } from "../../api.ts";
import type { GraphAxis, MetricFamily } from "../../schemas.ts";
import { thousands } from "../../views/words.ts";
import { dashboard } from "../ask.ts";
import { words } from "../charts.ts";
import * as state from "../state.ts";
import { Bars, barsShown, Lines, Stack } from "./Charts.tsx";
import { Say, Step } from "./Step.tsx";
import { eventWord } from "./address.ts";

const HOW: Readonly<Record<MetricFamily["draw"], (axis: GraphAxis) => string>> = {
  rate: () => "a second",
  stack: ({ stretch }) => `per ${stretch}`,
  value: () => "",
  bars: () => "by size",
};

function WhichBars({ family, number }: { family: MetricFamily; number: number }) {
  const labels = family.series[barsShown(family, number)]?.labels ?? [];
  return (
    <>
      : {labels.map(([name, text]) => `${name} ${text}`).join(", ")}, 1 of {family.series.length}
    </>
  );
}

function Figure({ family, number, axis }: { family: MetricFamily; number: number; axis: GraphAxis }) {
  const on = state.shown.value.families.has(number);
  const said = words(family, axis.window);
  const props = { family, number, axis, label: `${family.help}: ${said}.` };
  return (
    <figure class={`${on ? "on" : ""} ${family.draw === "rate" || family.draw === "value" ? "" : "bxf"}`} onMouseEnter={() => (state.hover.value ??= { family: number, series: null })} onMouseLeave={() => (state.hover.value = null)}>
      <figcaption title={`${family.help}: ${family.query}`}>
        <b>{family.help}</b>, {HOW[family.draw](axis) || family.name}
        {family.draw === "bars" && family.series.length > 1 ? <WhichBars family={family} number={number} /> : null}
      </figcaption>
      {family.series.length === 0 ? <p class="meta">No entry yet.</p> : family.draw === "bars" ? <Bars {...props} /> : family.draw === "stack" ? <Stack {...props} /> : <Lines {...props} />}
    </figure>
  );
}

/** Time as a slider: the maps, the scrape and the graphs as they were after so many packets. */
function Time() {
  const { reply } = state.measured.value;
  if (reply === null || reply.stops.length < 2) return null;
  const last = reply.stops.length - 1;
  const place = Math.max(0, reply.stops.indexOf(reply.at));
  const move = (value: number) => (state.at.value = value === last ? null : (reply.stops[value] ?? null));
  return (
    <label class="pane-f tm">
      <span>
        After {eventWord()} <b>{thousands(reply.at)}</b> of {thousands(reply.total)}
      </span>
      <input
        type="range"
        min={0}
        max={last}
        value={place}
        aria-label={`After which ${eventWord()}`}
        aria-valuetext={`After ${eventWord()} ${reply.at} of ${reply.total}`}
        onInput={(event) => move(Number(event.currentTarget.value))}
      />
    </label>
  );
}

async function download(): Promise<void> {
  const text = await dashboard();
  if (isFailure(text)) {
    state.measured.value = { ...state.measured.peek(), failure: text };
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "dashboard.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

export function GraphPane() {
  const { reply, stale, problems } = state.measured.value;
  const families = reply?.families ?? [];
  const ready = families.length > 0 && problems.length === 0;
  const head = (
    <button type="button" class="btn q sm" disabled={!ready} title="A dashboard of these metrics, for Grafana to import" onClick={() => void download()}>
      Grafana JSON
    </button>
  );
  return (
    <Step number={4} title="The graph" meta={reply === null ? "" : `rate over ${reply.axis.window}`} stale={stale} head={head} class="wide">
      <div class="chs">
        {families.map((family, number) => reply !== null && <Figure key={family.name} family={family} number={number} axis={reply.axis} />)}
      </div>
      {reply !== null && families.length === 0 ? <Say title="Nothing to draw yet">Each metric becomes a graph over the time of the run.</Say> : null}
      <Time />
    </Step>
  );
}
