// What happens: a scenario with its parameters, a script of one's own, or a capture; and what is attached.
import type { ParameterView } from "../../schemas.ts";
import { choosing } from "../../views/choosing.ts";
import { takeExample } from "../address.ts";
import { simulate } from "../run.ts";
import * as state from "../state.ts";
import { Attached } from "./Attached.tsx";
import { Own } from "./Own.tsx";

const SOURCES: Readonly<Record<state.Source, string>> = { scenario: "Scenario", own: "Your own", script: "Script", capture: "pcap" };

function Number_({ parameter }: { parameter: ParameterView }) {
  const value = state.parameters.value[parameter.name] ?? parameter.default;
  return (
    <label class="f" title={parameter.doc}>
      {parameter.name.replaceAll("_", " ")}
      {parameter.unit === "" ? "" : `, ${parameter.unit}`}
      <input
        class="fld m"
        type="number"
        min={parameter.low}
        max={parameter.high}
        value={value}
        onChange={({ currentTarget }) => {
          const wanted = Math.min(parameter.high, Math.max(parameter.low, Number(currentTarget.value) || parameter.default));
          state.parameters.value = { ...state.parameters.value, [parameter.name]: wanted };
        }}
      />
    </label>
  );
}

function Scenario() {
  const chosen = state.scenarios.value.find(({ id }) => id === state.scenario.value);
  return (
    <div class="pad">
      <label class="f">
        What happens
        <select
          class="fld"
          value={state.scenario.value}
          onChange={({ currentTarget }) => {
            state.scenario.value = currentTarget.value;
            state.parameters.value = {};
          }}
        >
          {state.scenarios.value.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {chosen === undefined ? null : (
        <>
          <p class="doc">{chosen.doc}</p>
          <p class="doc dim">{chosen.look_for}</p>
          <div class="frm">
            {chosen.parameters.map((parameter) => (
              <Number_ key={parameter.name} parameter={parameter} />
            ))}
            <label class="f" title="The same seed gives the same events">
              seed
              <input class="fld m" type="number" min={0} value={state.seed.value} onChange={({ currentTarget }) => (state.seed.value = Math.max(0, Math.trunc(Number(currentTarget.value) || 0)))} />
            </label>
          </div>
        </>
      )}
    </div>
  );
}

function Script() {
  const problems = state.scriptReply.value?.problems ?? [];
  return (
    <div class="pad col">
      <label class="f grow">
        A small world and what happens in it (YAML)
        <textarea class="fld m script" spellcheck={false} value={state.script.value} placeholder={"scenario: a knock\nevents:\n  - packet: {tcp: {src: 203.0.113.7, dst: 192.0.2.1, dport: 80, flags: [syn]}}\n    repeat: 10\n    every: 1ms"} onInput={({ currentTarget }) => (state.script.value = currentTarget.value)} />
      </label>
      <ul class="probs" aria-label="Problems of the script">
        {problems.map(({ line, start, message, hint }, n) => (
          <li key={n}>
            <b>
              Line {line}, column {start}:
            </b>{" "}
            {message} {hint === null ? null : <span class="dim">{hint}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

async function takeCapture(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  state.capture.value = { name: file.name, data: base64(new Uint8Array(await file.arrayBuffer())) };
  await simulate();
}

function Capture() {
  return (
    <div class="pad">
      <label
        class="dz"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void takeCapture(event.dataTransfer?.files[0]);
        }}
      >
        <b>{state.capture.value?.name ?? "Choose a .pcap or .pcapng, or drop one here"}</b>
        <span class="dim meta">Its packets arrive at {state.devices.value[0] ?? "eth0"} at the times it says.</span>
        <input class="sr" type="file" accept=".pcap,.pcapng,.cap" onChange={({ currentTarget }) => void takeCapture(currentTarget.files?.[0])} />
      </label>
    </div>
  );
}

const MAKERS: Readonly<Record<state.Source, () => preact.JSX.Element>> = { scenario: Scenario, own: Own, script: Script, capture: Capture };

export function Maker() {
  const Shown = MAKERS[state.source.value];
  return (
    <section class="pane" aria-label="What happens">
      <h2 class="sr">What happens</h2>
      <div class="pane-h">
        <div class="tabs" role="tablist" aria-label="Where events come from" onKeyDown={choosing}>
          {(Object.keys(SOURCES) as state.Source[]).map((source) => (
            <button key={source} type="button" role="tab" aria-selected={state.source.value === source} tabIndex={state.source.value === source ? 0 : -1} onClick={() => (state.source.value = source)}>
              {SOURCES[source]}
            </button>
          ))}
        </div>
      </div>
      <div class="pane-b">
        <Shown />
        <Attached />
        <section class="att" aria-label="Programs on scenarios">
          <h3>Or begin with one that works</h3>
          <label class="f">
            Program and scenario
            <select
              class="fld"
              value=""
              onChange={({ currentTarget }) => {
                takeExample(currentTarget.value);
                currentTarget.value = "";
                void simulate();
              }}
            >
              <option value="">Choose one</option>
              {state.examples.value.map(({ id, title, group }) => (
                <option key={id} value={id}>
                  {title} ({group})
                </option>
              ))}
            </select>
          </label>
        </section>
      </div>
      <div class="pane-f">
        <button type="button" class="btn pri" disabled={!state.something.value} onClick={() => void simulate()}>
          Simulate
        </button>
      </div>
    </section>
  );
}
