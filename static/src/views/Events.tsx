// What this run did: its steps worth a line, its helper calls, what it printed and sent.
import { signal } from "@preact/signals";
import * as select from "../select.ts";
import { choosing } from "./choosing.ts";
import { EventList } from "./EventList.tsx";
import { HelperCalls, helperRows } from "./HelperCalls.tsx";
import { isLine, Outputs } from "./Outputs.tsx";
import { RunBody, StaleTag } from "./RunBody.tsx";

type Tab = "run" | "helpers" | "trace" | "records";

const tab = signal<Tab>("run");
const LEGEND: Readonly<Record<Tab, string>> = { run: "step, pc", helpers: "step", trace: "packet, step", records: "packet, step" };

/** Whether a tab for records is worth its room. */
function sendsRecords(some: boolean): boolean {
  return some || tab.value === "records" || select.maps.value.some(({ type }) => /ringbuf|perf_event/.test(type));
}

export function EventsTitle() {
  const made = select.outputs.value;
  const lines = made.filter(isLine).length;
  const here = select.place.value.step;
  const tabs: readonly (readonly [Tab, string, number])[] = [
    ["run", "This run", 0],
    ["helpers", "Helper calls", helperRows().filter(({ step }) => step < here).length],
    ["trace", "trace_pipe", lines],
    ...(sendsRecords(made.length > lines) ? ([["records", "Records", made.length - lines]] as const) : []),
  ];
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Events" onKeyDown={choosing}>
        {tabs.map(([id, name, count]) => (
          <button key={id} type="button" role="tab" aria-selected={tab.value === id} tabIndex={tab.value === id ? 0 : -1} onClick={() => (tab.value = id)}>
            {name} {count === 0 ? null : <span class="count">{count.toLocaleString("en")}</span>}
          </button>
        ))}
      </div>
      <span class="grow" />
      <StaleTag />
      <span class="lbl">{LEGEND[tab.value]}</span>
    </>
  );
}

function Shown() {
  switch (tab.value) {
    case "run":
      return <EventList />;
    case "helpers":
      return <HelperCalls />;
    case "trace":
      return <Outputs key="trace" lines />;
    case "records":
      return <Outputs key="records" lines={false} />;
  }
}

export function EventsBody() {
  return (
    <RunBody
      class="evb"
      empty={
        <>
          <b>No run yet</b>
          <p>Reads, writes, calls and branches are listed here as they happen.</p>
        </>
      }
    >
      <Shown />
    </RunBody>
  );
}
