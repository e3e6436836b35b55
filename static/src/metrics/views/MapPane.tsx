// What the program's maps hold: the rows that everything else is made of.
import type { MeasuredMap, MapEntry } from "../../schemas.ts";
import { sentence, thousands } from "../../views/words.ts";
import { choosing } from "../../views/choosing.ts";
import { useRoving } from "../../views/useRoving.ts";
import { stop } from "../ask.ts";
import * as state from "../state.ts";
import { Say, Step } from "./Step.tsx";
import { eventWord, workbenchAddress } from "./address.ts";

const READ_AS: Readonly<Record<string, string>> = { ipv4: "as IPv4", ipv6: "as IPv6", mac: "as MAC", prefix4: "as prefix" };
/** A key with more hex digits has no room for its bytes beside its text. */
const DIGITS = 12;

function spaced(hex: string): string {
  return hex.replace(/(..)(?=.)/g, "$1 ");
}

function isLong({ entries: [first] }: MeasuredMap): boolean {
  return (first?.key.length ?? 0) > DIGITS;
}

/** Counted things largest first; arrays as they are. */
function ordered({ kind, entries }: MeasuredMap): MapEntry[] {
  if (kind.includes("array")) return entries;
  const size = ({ value_text }: MapEntry) => (/^\d+$/.test(value_text) ? Number(value_text) : 0);
  return [...entries].sort((a, b) => size(b) - size(a));
}

function Row({ map, entry }: { map: MeasuredMap; entry: MapEntry }) {
  const { map: lit, entries } = state.shown.value;
  const on = lit === map.name && entries.has(entry.number);
  const pointed = { map: map.name, entry: entry.number };
  return (
    <tr
      data-rove
      class={on ? "hlr" : ""}
      aria-current={on ? "true" : undefined}
      onMouseEnter={() => (state.hover.value = pointed)}
      onFocus={() => (state.hover.value = pointed)}
      onBlur={() => (state.hover.value = null)}
      onClick={() => state.pinned(pointed)}
    >
      {isLong(map) ? null : <td class="m dim nw">{spaced(entry.key)}</td>}
      <td class="m" title={spaced(entry.key)}>
        {on ? <b>{entry.key_text}</b> : entry.key_text}
      </td>
      <td class="m num">{on ? <b>{entry.value_text}</b> : entry.value_text}</td>
    </tr>
  );
}

function Table({ map }: { map: MeasuredMap }) {
  const roving = useRoving<HTMLTableSectionElement>();
  return (
    <>
      <table class="tb" aria-label={`Entries of ${map.name}`}>
        <thead>
          <tr>
            <th scope="col">key</th>
            {isLong(map) ? null : <th scope="col">{READ_AS[map.key_type ?? ""] ?? `as ${map.key_type ?? "a number"}`}</th>}
            <th scope="col" class="num">
              value
            </th>
          </tr>
        </thead>
        <tbody {...roving} onMouseLeave={() => (state.hover.value = null)}>
          {ordered(map).map((entry) => (
            <Row key={entry.number} map={map} entry={entry} />
          ))}
        </tbody>
      </table>
      {map.total === 0 ? <Say title="No entry yet">The packets so far have put nothing into this map.</Say> : null}
      {map.total > map.entries.length ? <p class="meta cut">first {thousands(map.entries.length)} of {thousands(map.total)}</p> : null}
    </>
  );
}

function Tabs({ maps, chosen }: { maps: readonly MeasuredMap[]; chosen: string }) {
  if (maps.length < 2) return null;
  return (
    <div class="tabs mtabs" role="tablist" aria-label="Maps" onKeyDown={choosing}>
      {maps.map(({ name }) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === chosen}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => {
            state.pin.value = null;
            state.chosenMap.value = name;
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Working({ done, total }: { done: number; total: number }) {
  return (
    <div class="sb" role="status">
      <b>
        Running {eventWord()} {thousands(done)} of {thousands(total)}
      </b>
      <div class="pg">
        <i style={{ width: `${(100 * done) / Math.max(1, total)}%` }} />
      </div>
      <button type="button" class="btn sm" onClick={stop}>
        Stop
      </button>
    </div>
  );
}

function Body() {
  const { reply, failure, working } = state.measured.value;
  const refused = state.failure.value ?? failure;
  const maps = reply?.maps ?? [];
  const map = maps.find(({ name }) => name === state.mapShown.value);
  return (
    <>
      {refused === null ? null : (
        <Say bad title={sentence(refused.message)}>
          {refused.hint === null ? null : <span>{sentence(refused.hint)}</span>}
          {refused.code === "unreachable" ? null : (
            <a class="btn sm" href={workbenchAddress()}>
              Open it in the workbench
            </a>
          )}
        </Say>
      )}
      {working === null ? null : <Working {...working} />}
      {map === undefined ? null : <Tabs maps={maps} chosen={map.name} />}
      {map !== undefined ? (
        <Table map={map} />
      ) : reply !== null ? (
        <Say title="This program has no map">
          <span>
            A map is what a program leaves behind for others to read. Write one: <code>.map counts hash key=ipv4 value=u64 entries=1024</code>
          </span>
          <a class="btn sm" href={workbenchAddress()}>
            Open it in the workbench
          </a>
        </Say>
      ) : refused === null && working === null ? (
        <div class="sb late" role="status">
          Running the program on its packets.
        </div>
      ) : null}
    </>
  );
}

export function MapPane() {
  const { failure, reply } = state.measured.value;
  return (
    <Step number={1} title="The map" meta={state.mapShown.value ?? ""} class="mapc" stale={failure !== null && reply !== null}>
      <Body />
    </Step>
  );
}
