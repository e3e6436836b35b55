// The maps of the program and what is in them now.
import { signal } from "@preact/signals";
import * as select from "../select.ts";
import { linked } from "./hovering.ts";
import { RunBody, StaleTag } from "./Pane.tsx";
import { cellOf } from "../related.ts";

const chosen = signal(0);

export function MapsTitle() {
  const maps = select.maps.value;
  if (maps.length === 0) return <h2>Maps</h2>;
  return (
    <div class="tabs" role="tablist" aria-label="Maps">
      {maps.map((map) => (
        <button key={map.index} type="button" role="tab" aria-selected={map.index === chosen.value} onClick={() => (chosen.value = map.index)}>
          {map.name}
        </button>
      ))}
    </div>
  );
}

export function MapsHead() {
  const map = select.maps.value.find(({ index }) => index === chosen.value);
  return (
    <>
      <span class="meta">{map === undefined ? "" : `${map.type}, of ${map.max_entries}`}</span>
      <span class="grow" />
      <StaleTag />
    </>
  );
}

export function MapsBody() {
  const spec = select.maps.value.find(({ index }) => index === chosen.value);
  const map = select.snapshot.value?.maps.find(({ index }) => index === chosen.value);
  return (
    <RunBody empty={<b>Maps appear here when the program declares them.</b>}>
      <table class="tb">
        <thead>
          <tr>
            <th>key</th>
            <th>key bytes</th>
            <th class="num">value</th>
          </tr>
        </thead>
        <tbody>
          {map?.entries.map((entry) => (
            <tr
              key={`${entry.key}:${entry.cpu}`}
              class={select.related.value.cells.has(cellOf(map.index, entry.key)) ? "link" : ""}
              {...linked({ kind: "map", map: map.index, name: spec?.name ?? "", key: entry.key, keyText: entry.key_text }, entry.value_text)}
            >
              <td class="m">{entry.key_text}</td>
              <td class="m dim">{entry.key}</td>
              <td class="m num">{entry.value_text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RunBody>
  );
}
