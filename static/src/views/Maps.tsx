// The maps of the program and what is in them now: a tab for each, its entries, and one entry over the whole run.
import { signal } from "@preact/signals";
import { emptyText } from "../mapRows.ts";
import { valueIn } from "../mapHistory.ts";
import { lastBefore, pastOf } from "../past.ts";
import type { EntryView, MapSpecView, MapView } from "../schemas.ts";
import * as select from "../select.ts";
import { choosing } from "./choosing.ts";
import { MapHistory } from "./MapHistory.tsx";
import { MapTable } from "./MapTable.tsx";
import { RunBody, StaleTag } from "./RunBody.tsx";

/** By name, so that it outlives an edit; a name that is gone means the first. */
const chosen = signal("");

function spec(): MapSpecView | undefined {
  const maps = select.maps.value;
  return maps.find(({ name }) => name === chosen.value) ?? maps[0];
}

export function MapsTitle() {
  const maps = select.maps.value;
  const current = spec();
  if (current === undefined) return <h2>Maps</h2>;
  return (
    <div class="tabs" role="tablist" aria-label="Maps" onKeyDown={choosing}>
      {maps.map(({ name, index }) => (
        <button key={index} type="button" role="tab" aria-selected={index === current.index} tabIndex={index === current.index ? 0 : -1} onClick={() => (chosen.value = name)}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** `hash, ipv4 → u64, 3 of 1,024`. */
function about({ type, key_type, value_type, key_size, value_size, max_entries }: MapSpecView, count: number | undefined): string {
  const types = key_size === 0 ? (value_type ?? "") : `${key_type ?? `${key_size} bytes`} → ${value_type ?? `${value_size} bytes`}`;
  if (type === "ringbuf") return `ring buffer, ${max_entries.toLocaleString("en")} bytes`;
  const filled = count === undefined ? `at most ${max_entries.toLocaleString("en")}` : `${count.toLocaleString("en")} of ${max_entries.toLocaleString("en")}`;
  return [type.replaceAll("_", " "), value_size > 0 ? types : "", filled].filter(Boolean).join(", ");
}

function contents(of: MapSpecView | undefined): MapView | undefined {
  return select.snapshot.value?.maps.find(({ index }) => index === of?.index);
}

export function MapsHead() {
  const map = spec();
  return (
    <>
      <span class="meta">{map === undefined ? "" : about(map, contents(map)?.count)}</span>
      <span class="grow" />
      <StaleTag />
    </>
  );
}

/** The entry to chart: the pinned one, else the last one changed, else the first. */
function charted(map: MapSpecView, view: MapView): Pick<EntryView, "key" | "key_text" | "cpu"> | undefined {
  const pin = select.pin.value;
  if (pin?.kind === "map" && pin.map === map.index) {
    return view.entries.find(({ key }) => key === pin.key) ?? { key: pin.key, key_text: pin.keyText, cpu: null };
  }
  const writes = pastOf(select.window.value).mapWrites.filter(({ change }) => change.map === map.index);
  return lastBefore(writes, select.place.value.step)?.change ?? view.entries[0];
}

function Body() {
  const map = spec();
  const view = contents(map);
  if (map === undefined) {
    return (
      <div class="sb">
        <b>No map</b>
        <p>
          A line such as <code>.map counts hash key=u32 value=u64 entries=16</code> declares one. Its entries appear here.
        </p>
      </div>
    );
  }
  if (view === undefined) return null;
  const touched = pastOf(select.window.value).mapWrites.some(({ change, step }) => change.map === map.index && step < select.place.value.step);
  if (view.count === 0 && !touched) return <p class="sb">{emptyText(map)}</p>;
  const entry = charted(map, view);
  return (
    <>
      <MapTable spec={map} map={view} />
      {view.count > view.entries.length ? (
        <p class="cap dim meta">
          first {view.entries.length.toLocaleString("en")} of {view.count.toLocaleString("en")}
        </p>
      ) : null}
      {entry === undefined || /^\.?ro/.test(map.name) ? null : <MapHistory spec={map} entry={entry} value={valueIn(view === undefined ? [] : [view], map.index, entry.key, entry.cpu)} />}
    </>
  );
}

export function MapsBody() {
  return (
    <RunBody
      class="mpb"
      empty={
        <>
          <b>No run yet</b>
          <p>Maps appear here when the program declares them.</p>
        </>
      }
    >
      <Body />
    </RunBody>
  );
}
