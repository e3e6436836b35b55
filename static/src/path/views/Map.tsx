// The kernel as a map: lines and stations, the way of the packet that is looked at, and all that is in flight above them.
import { Fragment } from "preact";
import { useSignal, type Signal } from "@preact/signals";
import type { StationView } from "../../schemas.ts";
import { drop } from "../attaching.ts";
import { BANDS, counted, levels, lines, placed, TALL, WIDTH } from "../geometry.ts";
import { playing, speed } from "../play.ts";
import { ARROWS, reached } from "../reach.ts";
import * as state from "../state.ts";
import { HOP } from "../ways.ts";
import { Flying } from "./Flying.tsx";
import { Station } from "./Station.tsx";
import { StationList } from "./StationList.tsx";

/** The way of the event that is looked at, as far as its hop. */
function Way() {
  const event = state.event.value;
  if (event === null) return null;
  const by = new Map(placed(state.stations.value).map((station) => [station.id, station]));
  const places = event.hops.slice(0, state.hop.value + 1).flatMap(({ station }) => by.get(station) ?? []);
  const now = places.at(-1);
  if (now === undefined) return null;
  const parts = places.slice(1).map((to, n) => {
    const from = places[n];
    return from === undefined ? "" : `M${from.x} ${from.y}L${to.x} ${to.y}`;
  });
  return (
    <>
      <path class={playing.value && state.hop.value === event.hops.length - 1 ? "way gone" : "way"} d={parts.join("")} />
      <g class="pk" style={{ transform: `translate(${now.x}px, ${now.y}px)`, ...(playing.value ? { transitionDuration: `${HOP / speed.value}ms`, opacity: 0 } : {}) }}>
        <circle r={11} class="halo" />
        <circle r={8.500} class="dot" />
        <text class="fly" text-anchor="middle" y={3.500}>
          {event.row.event < 1000 ? event.row.event + 1 : "·"}
        </text>
      </g>
    </>
  );
}

/** Dropped beside a station, something is meant for the nearest within this many units. */
const NEAR = 60;

function nearest(event: DragEvent, stations: readonly StationView[]): string | null {
  const svg = event.currentTarget as SVGSVGElement;
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()?.inverse());
  const far = stations.map((station) => ({ station, far: Math.hypot(station.x - at.x, station.y - at.y) - (station.hooks.length > 0 ? 20 : 0) }));
  far.sort((a, b) => a.far - b.far);
  return far[0] !== undefined && far[0].far < NEAR ? far[0].station.id : null;
}

function Drawing({ reach }: { reach: Signal<string> }) {
  const all = placed(state.stations.value);
  const stations = all.filter(({ track, id }) => track !== "end" || ["process", "wire", "sent"].includes(id));
  const level = levels(all);
  const counts = counted(state.counts.value);
  const move = (event: KeyboardEvent) => {
    const hit = (event.target as Element).closest<SVGElement>("[data-station]");
    const from = stations.find(({ id }) => id === hit?.dataset.station);
    if (hit === null || from === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (event.key === "Enter" || event.key === " ") state.station.value = from.id;
    else {
      const to = event.key === "Home" ? stations[0]?.id : event.key === "End" ? stations.at(-1)?.id : arrow === undefined ? undefined : reached(stations, from, arrow);
      if (to === undefined) return;
      if (to !== null) {
        reach.value = to;
        hit.ownerSVGElement?.querySelector<SVGElement>(`[data-station="${CSS.escape(to)}"]`)?.focus();
      }
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <svg
      class="map"
      viewBox={`0 0 ${WIDTH} ${TALL}`}
      role="group"
      aria-label="Stations a packet passes. Arrow keys go from one to the next."
      onKeyDown={move}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const id = nearest(event, stations);
        if (id !== null) void drop(id, event.dataTransfer?.files ?? null);
      }}
    >
      {BANDS.map(({ title, from, to }, n) => (
        <Fragment key={title}>
          <rect class={n % 2 === 0 ? "band" : "band alt"} x={from} y={0} width={to - from} height={TALL} />
          <text class="zone" x={(from + to) / 2} y={16} text-anchor="middle">
            {title}
          </text>
        </Fragment>
      ))}
      {lines(all).map(({ key, d, kind }) => (
        <path key={key} class={`line ${kind}`} d={d} />
      ))}
      {stations.map((station) => (
        <Station key={station.id} station={station} count={counts.get(station.id)} level={level.get(station.id) ?? 0} reached={reach.value === station.id} />
      ))}
      <Way />
    </svg>
  );
}

const LEGEND: readonly (readonly [string, string])[] = [
  ["lg on", "hook with a program"],
  ["lg", "empty hook: attach here"],
  ["lg step", "kernel step"],
  ["lg red", "ended here"],
];

export function Map_() {
  const listed = useSignal(false);
  /** The station that the Tab key comes to. */
  const reach = useSignal("nic");
  return (
    <section class="mapw" aria-label="Modeled kernel path">
      {listed.value ? (
        <StationList />
      ) : (
        <div
          class="mapx"
          // Not on the drawing: Chromium lets the Tab key stop at SVG that listens to focus.
          onFocusIn={(event) => {
            const id = (event.target as Element).closest<SVGElement>("[data-station]")?.dataset.station;
            if (id !== undefined) reach.value = id;
          }}
        >
          <Drawing reach={reach} />
          <Flying />
        </div>
      )}
      <div class="legend">
        <ul aria-label="Legend" hidden={listed.value}>
          {LEGEND.map(([mark, text]) => (
            <li key={mark}>
              <i class={mark} />
              {text}
            </li>
          ))}
        </ul>
        <button type="button" class="btn q sm" aria-pressed={listed.value} onClick={() => (listed.value = !listed.value)}>
          As a list
        </button>
      </div>
    </section>
  );
}
