// The kernel as a map: lines, stations, what is attached, how many came by, and the packet that is looked at.
import { Fragment } from "preact";
import { thousands } from "../../views/words.ts";
import { BANDS, counted, HEIGHT, hookOf, levels, lines, nameOf, ownHook, placed, WIDTH, type Counted } from "../geometry.ts";
import type { AttachmentInput, StationView } from "../../schemas.ts";
import * as state from "../state.ts";

function attachedAt(id: string): AttachmentInput[] {
  return state.attachments.value.filter(({ place, source }) => hookOf(place === "" ? ownHook(source) : place, state.stations.value) === id);
}

/** What a station's name stands above or below of its line. */
function below({ track, y }: StationView): boolean {
  return track === "egress" || y > 250;
}

const ROOM = 12;

/** Beside a hook around the process there is room for so many letters; pointing tells the rest. */
function shortened(name: string): string {
  return name.length <= ROOM ? name : `${name.slice(0, ROOM - 1)}…`;
}

function Chips({ station }: { station: StationView }) {
  const programs = attachedAt(station.id);
  if (programs.length === 0) return null;
  const around = station.track === "around";
  return (
    <>
      {programs.map(({ source }, n) => {
        const whole = nameOf(source);
        const name = around ? shortened(whole) : whole;
        const width = around ? name.length * 5.8 + 8 : name.length * 6.6 + 14;
        const y = around ? station.y - 8 + n * 20 : below(station) ? station.y + 44 + n * 20 : station.y - 62 - n * 20;
        const x = around ? station.x + 13 : station.x - width / 2;
        return (
          <g key={n} class={around ? "chip small" : "chip"}>
            <title>{whole}</title>
            <rect x={x} y={y} width={width} height={17} rx={4} />
            <text x={x + width / 2} y={y + 12} text-anchor="middle">
              {name}
            </text>
          </g>
        );
      })}
    </>
  );
}

function Mark({ station, current }: { station: StationView; current: boolean }) {
  const { x, y, hooks } = station;
  if (hooks.length === 0) return <circle class={current ? "tick now" : "tick"} cx={x} cy={y} r={4.5} />;
  const on = attachedAt(station.id).length > 0;
  return (
    <>
      <circle class={`hook${on ? " on" : ""}${current ? " now" : ""}`} cx={x} cy={y} r={9} />
      {on ? <circle class="core" cx={x} cy={y} r={3.6} /> : <path class="plus" d={`M${x - 4} ${y}h8M${x} ${y - 4}v8`} />}
    </>
  );
}

function Ended({ station, count }: { station: StationView; count: Counted }) {
  const dropped = count.dropped + count.denied;
  if (dropped === 0) return null;
  const down = station.track === "around" ? 0 : below(station) ? -34 : 34;
  if (down === 0)
    return (
      <text class="cnt red" x={station.x + 14} y={station.y + 19}>
        {thousands(dropped)} denied
      </text>
    );
  return (
    <g class="ended">
      <path class="stub" d={`M${station.x} ${station.y + Math.sign(down) * 9}V${station.y + down - Math.sign(down) * 7}`} />
      <circle class="end" cx={station.x} cy={station.y + down} r={7} />
      <path class="x" d={`M${station.x - 3} ${station.y + down - 3}l6 6m0-6l-6 6`} />
      <text class="cnt red" x={station.x + 11} y={station.y + down + 3.5}>
        {thousands(dropped)}
      </text>
    </g>
  );
}

interface StationProps {
  station: StationView;
  count: Counted | undefined;
  current: boolean;
  level: number;
}

function Station({ station, count, current, level }: StationProps) {
  const { id, title, x, y, track } = station;
  const around = track === "around";
  const low = below(station);
  const label = `${title}${station.kernel === "" ? "" : `, ${station.kernel}`}${count === undefined ? "" : `, ${count.seen} came by`}${station.hooks.length > 0 ? ", a hook" : ""}`;
  const show = () => (state.station.value = id);
  return (
    <g class="sta">
      <g
        role="button"
        tabindex={0} // in SVG the attribute has no capital
        aria-label={label}
        aria-pressed={state.station.value === id}
        class="hit"
        onClick={show}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          event.stopPropagation();
          show();
        }}
      >
        <title>{label}</title>
        <circle class="pad" cx={x} cy={y} r={13} />
        <Mark station={station} current={current} />
      </g>
      {around && attachedAt(id).length > 0 ? null : around ? (
        <text class="sub" x={x + 13} y={y + 3.5}>
          {title}
        </text>
      ) : (
        <text class={station.hooks.length > 0 ? "st" : "sub"} x={x} y={low ? y + 26 + level * 13 : y - 16 - level * 13} text-anchor="middle">
          {title}
        </text>
      )}
      {count !== undefined && count.seen > 0 && !around ? (
        <text class="cnt" x={x} y={low ? y - 14 : y + 24} text-anchor={low ? "middle" : "start"} dx={low ? 0 : 8}>
          {thousands(count.seen)}
        </text>
      ) : null}
      {count === undefined ? null : <Ended station={station} count={count} />}
      <Chips station={station} />
    </g>
  );
}

/** The way of the event that is looked at, as far as its hop. */
function Way({ by }: { by: ReadonlyMap<string, StationView> }) {
  const event = state.event.value;
  if (event === null) return null;
  const way = event.hops.slice(0, state.hop.value + 1).map(({ station }) => by.get(station));
  const places = way.filter((station) => station !== undefined);
  const now = places.at(-1);
  if (now === undefined) return null;
  const parts = places.slice(1).map((to, n) => {
    const from = places[n];
    return from === undefined ? "" : `M${from.x} ${from.y}L${to.x} ${to.y}`;
  });
  return (
    <>
      <path class="way" d={parts.join("")} />
      <g class="pk" style={{ transform: `translate(${now.x}px, ${now.y}px)` }}>
        <circle r={11} class="halo" />
        <circle r={8.500} class="dot" />
        <text class="fly" text-anchor="middle" y={3.500}>
          {event.row.event < 1000 ? event.row.event + 1 : "·"}
        </text>
      </g>
    </>
  );
}

export function Map_() {
  const all = placed(state.stations.value);
  const stations = all.filter(({ track, id }) => track !== "end" || ["process", "wire", "sent"].includes(id));
  const by = new Map(all.map((station) => [station.id, station]));
  const level = levels(all);
  const counts = counted(state.counts.value);
  const current = state.event.value?.hops[state.hop.value]?.station;
  return (
    <section class="mapw" aria-label="Modeled kernel path" tabIndex={0}>
      <svg class="map" viewBox={`0 0 ${WIDTH} ${HEIGHT + 16}`} role="group" aria-label="Stations a packet passes">
        {BANDS.map(({ title, from, to }, n) => (
          <Fragment key={title}>
            <rect class={n % 2 === 0 ? "band" : "band alt"} x={from} y={0} width={to - from} height={HEIGHT + 16} />
            <text class="zone" x={(from + to) / 2} y={16} text-anchor="middle">
              {title}
            </text>
          </Fragment>
        ))}
        {lines(all).map(({ key, d, kind }) => (
          <path key={key} class={`line ${kind}`} d={d} />
        ))}
        {stations.map((station) => (
          <Station key={station.id} station={station} count={counts.get(station.id)} current={current === station.id} level={level.get(station.id) ?? 0} />
        ))}
        <Way by={by} />
      </svg>
      <ul class="legend" aria-label="Legend">
        <li>
          <i class="lg on" />
          hook with a program
        </li>
        <li>
          <i class="lg" />
          empty hook: attach here
        </li>
        <li>
          <i class="lg step" />
          kernel step
        </li>
        <li>
          <i class="lg red" />
          ended here
        </li>
      </ul>
    </section>
  );
}
