// Every packet and what became of it, as many as there are; only those in sight are drawn or asked for.
import { useEffect, useMemo } from "preact/hooks";
import type { OutcomeRow } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";
import { thousands } from "../../views/words.ts";
import { useWindowed } from "../../views/windowed.ts";
import { loadRows, look, next, PAGE } from "../run.ts";
import * as state from "../state.ts";
import { Chip, ending } from "./verdict.tsx";

const ROW = 26;
const SHOWN: readonly { label: string; ends: readonly string[]; kinds: readonly string[] }[] = [
  { label: "Packets", ends: [], kinds: ["packet"] },
  { label: "Dropped", ends: ["dropped"], kinds: ["packet"] },
  { label: "Delivered", ends: ["delivered"], kinds: ["packet"] },
  { label: "Sent", ends: ["sent"], kinds: ["packet"] },
  { label: "Calls", ends: [], kinds: ["syscall", "call", "sample", "exit"] },
  { label: "Everything", ends: [], kinds: [] },
];

/** The way in, station by station. */
const WAY_IN = ["nic", "xdp", "skb", "tc", "protocol", "prerouting", "routing", "local_in", "lookup", "cgroup", "filter", "socket", "process"];
const DOT = 5;

/** How far into the machine a packet came, as dots. */
function Far({ row: { kind, station, end } }: { row: OutcomeRow }) {
  if (kind !== "packet") return <span class="far" />;
  const at = WAY_IN.indexOf(station) + 1;
  const far = at === 0 ? WAY_IN.length : at;
  return (
    <span class="far all" aria-hidden="true">
      <i class={end === "dropped" ? "red" : ""} style={{ width: `${far * DOT}px` }} />
    </span>
  );
}

function Row({ row }: { row: OutcomeRow }) {
  const current = state.event.value?.row.index === row.index;
  return (
    <button type="button" tabIndex={-1} class={current ? "prow cur" : "prow"} aria-current={current ? "true" : undefined} onClick={() => void look(row.index, 0)}>
      <span class="m dim">{thousands(row.event + 1)}</span>
      <span class="m ell">{row.title}</span>
      <span class="dim ell">{row.truth}</span>
      <Far row={row} />
      <Chip said={ending(row)} />
      <span class="ell dim">
        {row.program === "" ? row.place : `${row.program}${row.line === null ? "" : ` line ${row.line}`}`}
        {row.reason === "" ? "" : `, ${row.reason}`}
      </span>
    </button>
  );
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join() === b.join();
}

export function Filters() {
  const now = state.filter.value;
  return (
    <div class="row flt">
      <div class="seg" role="group" aria-label="Which events">
        {SHOWN.map(({ label, ends, kinds }) => (
          <button key={label} type="button" aria-pressed={same(now.ends, ends) && same(now.kinds, kinds)} onClick={() => (state.filter.value = { ...now, ends, kinds })}>
            {label}
          </button>
        ))}
      </div>
      {[...now.stations, ...now.truths].map((one) => (
        <button key={one} type="button" class="btn sm" aria-label={`No longer only ${state.titleOf(one)}`} onClick={() => (state.filter.value = { ...now, stations: now.stations.filter((id) => id !== one), truths: now.truths.filter((truth) => truth !== one) })}>
          {state.titleOf(one)}
          <Icon name="close" />
        </button>
      ))}
      <input class="fld sm grow" type="search" placeholder="Find by text" aria-label="Find by text" value={now.text} onInput={({ currentTarget }) => (state.filter.value = { ...state.filter.peek(), text: currentTarget.value })} />
    </div>
  );
}

/** The list is one stop of the Tab key: arrows go from event to event. */
function walk(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  void next(event.key === "ArrowDown" ? 1 : -1, 0);
}

export function Packets() {
  const total = state.total.value;
  const rows = state.rows.value;
  const index = state.event.value?.row.index;
  const row = useMemo(() => [...rows].find(([, { index: known }]) => known === index)?.[0], [rows, index]);
  const { ref, from, to, before, after, key } = useWindowed(total, ROW, row === undefined ? null : { row, of: rows });
  useEffect(() => {
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page += 1) if (!rows.has(page * PAGE)) void loadRows(page * PAGE);
  }, [from, to, rows.size]);
  const shown = Array.from({ length: to - from }, (_, n) => from + n);
  const none = state.reply.value === null ? "Packets appear here once the simulation has run." : "No event fits this filter.";
  return (
    <div class="plist" ref={ref} tabIndex={0} role="group" aria-label={`${thousands(total)} events`} onKeyDown={walk}>
      {total === 0 ? <p class="empty pad dim">{none}</p> : null}
      <div style={{ height: `${before}px` }} />
      {shown.map((at) => {
        const found = rows.get(at);
        return found === undefined ? (
          <div key={key(at)} class="prow dim">
            …
          </div>
        ) : (
          <Row key={key(at)} row={found} />
        );
      })}
      <div style={{ height: `${after}px` }} />
    </div>
  );
}
