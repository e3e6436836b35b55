// What came of it all: the list, how well the programs told right from wrong, drops, who was denied what, outputs.
import type { Rate } from "../../schemas.ts";
import { choosing } from "../../views/choosing.ts";
import { plural, thousands } from "../../views/words.ts";
import { look } from "../run.ts";
import * as state from "../state.ts";
import { Filters, Packets } from "./Packets.tsx";

const TABS: Readonly<Record<state.Tab, string>> = { packets: "Events", score: "Score", drops: "Drops", audit: "Denied", outputs: "Output", maps: "Maps" };

function percent(value: number | null): string {
  return value === null ? "none" : `${(value * 100).toFixed(1)} %`;
}

function Measure({ title, rate, doc }: { title: string; rate: Rate; doc: string }) {
  return (
    <section class="meas">
      <h3>{title}</h3>
      <p class="dim">{doc}</p>
      <dl>
        <dt>Precision</dt>
        <dd>{percent(rate.precision)}</dd>
        <dt>Recall</dt>
        <dd>{percent(rate.recall)}</dd>
      </dl>
    </section>
  );
}

function showLabelled(label: string): void {
  state.filter.value = { ...state.EVERYTHING, truths: [label] };
  state.tab.value = "packets";
}

function Score() {
  const found = state.reply.value?.score;
  if (found === undefined) return <p class="empty pad dim">The score appears when the simulation has run.</p>;
  return (
    <div class="pad">
      <div class="meass">
        <Measure title="Stopped" rate={found.stopped} doc="Of what was dropped or denied, how much should have been; of what should have been, how much was." />
        <Measure title="Noticed" rate={found.detected} doc="The same, counting also events that a program let pass but wrote about." />
      </div>
      <table class="tb">
        <thead>
          <tr>
            <th>What it was</th>
            <th>events</th>
            <th>stopped</th>
            <th>told</th>
          </tr>
        </thead>
        <tbody>
          {found.labels.map(({ label, wanted, events, stopped, reported }) => (
            <tr key={label}>
              <td>
                {label === "" ? (
                  "without a label"
                ) : (
                  <button type="button" class="lk" title="Show these events" onClick={() => showLabelled(label)}>
                    {label}
                  </button>
                )}
                {wanted ? " (to be found)" : ""}
              </td>
              <td class="m">{thousands(events)}</td>
              <td class="m">{thousands(stopped)}</td>
              <td class="m">{thousands(reported)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function showDropped(reason: string): void {
  state.filter.value = { ...state.NO_FILTER, ends: ["dropped"], text: reason };
  state.tab.value = "packets";
}

function Drops() {
  const drops = state.reply.value?.drops ?? [];
  if (drops.length === 0) return <p class="empty pad dim">Nothing was dropped.</p>;
  return (
    <table class="tb">
      <thead>
        <tr>
          <th>reason</th>
          <th>where</th>
          <th>program</th>
          <th>count</th>
        </tr>
      </thead>
      <tbody>
        {drops.map(({ reason, station, program, line, text, count }, n) => (
          <tr key={n}>
            <td>
              <button type="button" class="lk" title="Show these packets" onClick={() => showDropped(reason)}>
                {reason}
              </button>
            </td>
            <td>{state.titleOf(station)}</td>
            <td class="m">
              {program}
              {line === null ? "" : ` line ${line}`} <span class="dim">{text}</span>
            </td>
            <td class="m">{thousands(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Audit() {
  const audit = state.audit.value;
  if (audit === null || audit.total === 0) return <p class="empty pad dim">Nobody was denied anything.</p>;
  return (
    <>
      <p class="pad dim">
        {audit.lines.length < audit.total ? `First ${audit.lines.length} of ${thousands(audit.total)}.` : plural(audit.total, "denial")}
      </p>
      <table class="tb">
        <thead>
          <tr>
            <th>who</th>
            <th>what</th>
            <th>by which instruction</th>
            <th>answer</th>
          </tr>
        </thead>
        <tbody>
          {audit.lines.map(({ index, who, what, program, line, pc, text, answer }, n) => (
            <tr key={n}>
              <td>
                <button type="button" class="lk" onClick={() => void look(index, -1)}>
                  {who}
                </button>
              </td>
              <td>{what}</td>
              <td class="m">
                {program}
                {line === null ? "" : ` line ${line}`}
                {pc === null ? "" : `, pc ${pc}`} <span class="dim">{text}</span>
              </td>
              <td class="m nb">{answer}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Outputs() {
  const reply = state.reply.value;
  if (reply === null || reply.outputs.length === 0) return <p class="empty pad dim">No program wrote to a ring buffer, a perf event array or trace_pipe.</p>;
  return (
    <>
      <p class="pad dim">{reply.outputs.length < reply.outputs_total ? `First ${reply.outputs.length} of ${thousands(reply.outputs_total)}.` : plural(reply.outputs_total, "output")}</p>
      <table class="tb">
        <tbody>
          {reply.outputs.map(({ index, source, text }, n) => (
            <tr key={n}>
              <td>
                <button type="button" class="lk m" onClick={() => void look(index, 0)}>
                  {source}
                </button>
              </td>
              <td class="m">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function users(name: string): string {
  const programs = state.reply.value?.map_users[name] ?? [];
  return programs.length > 1 ? `shared by ${programs.join(", ")}: one map, as if it were pinned` : `of ${programs[0] ?? "no program"}`;
}

/** Which packets to take home as a capture. */
function Captures({ simulation }: { simulation: string }) {
  const file = `/api/simulations/${encodeURIComponent(simulation)}/packets.pcapng`;
  const ends = Object.entries(state.ends.value).flatMap(([end, count]) => (count > 0 && end !== "sent" ? end : []));
  if (ends.length === 0) return null;
  return (
    <span class="row">
      <span class="meta dim">pcapng:</span>
      <a class="btn sm" href={file} download aria-label="all packets, as pcapng">
        all
      </a>
      {[...ends, "rewritten"].map((end) => (
        <a key={end} class="btn sm" href={`${file}?end=${end}`} download aria-label={`${end} packets, as pcapng`}>
          {end}
        </a>
      ))}
    </span>
  );
}

function Maps() {
  const maps = state.reply.value?.maps ?? [];
  if (maps.length === 0) return <p class="empty pad dim">The programs attached have no maps.</p>;
  return (
    <div class="pad">
      {maps.map((map) => (
        <section key={map.index}>
          <h3>
            <span class="m r-m">{state.reply.value?.map_names[map.index] ?? ""}</span> <span class="dim">{users(state.reply.value?.map_names[map.index] ?? "")}</span>
          </h3>
          <table class="tb">
            <tbody>
              {map.entries.map(({ key_text, value_text }, n) => (
                <tr key={n}>
                  <td class="m">{key_text}</td>
                  <td class="m">{value_text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </div>
  );
}

const SHOWN: Readonly<Record<state.Tab, () => preact.JSX.Element | null>> = { packets: Packets, score: Score, drops: Drops, audit: Audit, outputs: Outputs, maps: Maps };

export function Results() {
  const tab = state.tab.value;
  const Shown = SHOWN[tab];
  const { simulation, reply } = state;
  const ends = Object.entries(state.ends.value).map(([end, count]) => `${thousands(count)} ${end}`);
  return (
    <section class={state.stale.value ? "pane old" : "pane"} aria-label="What became of it">
      <h2 class="sr">What became of it</h2>
      <div class="pane-h">
        <div class="tabs" role="tablist" aria-label="Results" onKeyDown={choosing}>
          {(Object.keys(TABS) as state.Tab[]).map((name) => (
            <button key={name} type="button" role="tab" aria-selected={tab === name} tabIndex={tab === name ? 0 : -1} onClick={() => (state.tab.value = name)}>
              {TABS[name]}
            </button>
          ))}
        </div>
        <span class="grow" />
        <span class="meta dim ell">{ends.join(", ")}</span>
      </div>
      {tab === "packets" ? <Filters /> : null}
      <div class="pane-b scr">
        <Shown />
      </div>
      <div class="pane-f">
        {state.stale.value ? <span class="meta">From before the last change.</span> : null}
        <span class="grow" />
        {reply.value !== null ? (
          <Captures simulation={simulation.value} />
        ) : null}
      </div>
    </section>
  );
}
