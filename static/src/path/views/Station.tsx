// One station on the map: its ring, its name, how many came by and ended, and what is attached.
import type { AttachmentInput, StationView } from "../../schemas.ts";
import { thousands } from "../../views/words.ts";
import { dragged, fitting } from "../attaching.ts";
import { hookOf, nameOf, ownHook, type Counted } from "../geometry.ts";
import * as state from "../state.ts";
import { upward } from "../ways.ts";

function attachedAt(id: string): AttachmentInput[] {
  return state.attachments.value.filter(({ place, source }) => hookOf(place === "" ? ownHook(source) : place, state.stations.value) === id);
}

const ROOM = 12;

/** Beside a hook around the process there is room for so many letters; pointing tells the rest. */
function shortened(name: string): string {
  return name.length <= ROOM ? name : `${name.slice(0, ROOM - 1)}…`;
}

/** Programs above one another in the order they run, the first nearest to the station. */
function Chips({ station, level }: { station: StationView; level: number }) {
  const programs = attachedAt(station.id);
  if (programs.length === 0) return null;
  const around = station.track === "around";
  if (around && programs.length > 1) return <Chip station={station} name={`${programs.length} programs`} whole={programs.map(({ source }) => nameOf(source)).join(", ")} n={0} level={level} />;
  return (
    <>
      {programs.map(({ source }, n) => (
        <Chip key={n} station={station} name={around ? shortened(nameOf(source)) : nameOf(source)} whole={nameOf(source)} n={n} level={level} />
      ))}
    </>
  );
}

interface ChipProps {
  station: StationView;
  name: string;
  whole: string;
  n: number;
  level: number;
}

function Chip({ station, name, whole, n, level }: ChipProps) {
  const around = station.track === "around";
  const width = around ? name.length * 5.8 + 8 : name.length * 6.6 + 14;
  const y = around ? station.y - 8 : upward(station) ? station.y + 44 + level * 13 + n * 20 : station.y - 50 - level * 13 - n * 20;
  const x = around ? station.x + 13 : station.x - width / 2;
  return (
    <g class={around ? "chip small" : "chip"}>
      <title>{whole}</title>
      <rect x={x} y={y} width={width} height={17} rx={4} />
      <text x={x + width / 2} y={y + 12} text-anchor="middle">
        {name}
      </text>
    </g>
  );
}

function Mark({ station: { id, x, y, hooks } }: { station: StationView }) {
  if (hooks.length === 0) return <circle class="tick" cx={x} cy={y} r={4.5} />;
  const on = attachedAt(id).length > 0;
  return (
    <>
      <circle class={on ? "hook on" : "hook"} cx={x} cy={y} r={9} />
      {on ? <circle class="core" cx={x} cy={y} r={3.6} /> : <path class="plus" d={`M${x - 4} ${y}h8M${x} ${y - 4}v8`} />}
    </>
  );
}

function Ended({ station, count }: { station: StationView; count: Counted }) {
  const dropped = count.dropped + count.denied;
  if (dropped === 0) return null;
  const down = station.track === "around" ? 0 : upward(station) ? -34 : 34;
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

/** What a station is in words, for those who hear it. */
export function describe({ title, kernel, hooks }: StationView, count: Counted | undefined): string {
  const came = count === undefined ? "" : `, ${count.seen} came by`;
  return `${title}${kernel === "" ? "" : `, ${kernel}`}${came}${hooks.length > 0 ? ", a hook" : ""}`;
}

/** While a program is dragged: whether it may be dropped here. */
function welcome(station: StationView): string {
  const now = dragged.value;
  if (now === null) return "";
  return fitting(now.source, station, state.stations.peek()) === null ? " shut" : " open";
}

interface StationProps {
  station: StationView;
  count: Counted | undefined;
  level: number;
  /** It is the one that the Tab key comes to. */
  reached: boolean;
}

export function Station({ station, count, level, reached }: StationProps) {
  const { id, title, x, y, track } = station;
  const around = track === "around";
  const low = upward(station);
  const label = describe(station, count);
  return (
    <g class={`sta${welcome(station)}`}>
      <g
        role="button"
        tabindex={reached ? 0 : -1} // in SVG the attribute has no capital
        data-station={id}
        aria-label={label}
        aria-pressed={state.station.value === id}
        class="hit"
        onClick={() => (state.station.value = id)}
      >
        <title>{label}</title>
        <circle class="pad" cx={x} cy={y} r={13} />
        <Mark station={station} />
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
      <Chips station={station} level={level} />
    </g>
  );
}
