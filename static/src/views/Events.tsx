// What this run did, one line per mark; and what it printed.
import { signal } from "@preact/signals";
import * as select from "../select.ts";
import * as time from "../time.ts";
import { Parts } from "./Parts.tsx";
import { RunBody } from "./Pane.tsx";
import { MARK_TONE } from "./words.ts";

const tab = signal<"run" | "trace">("run");
const AROUND = 100;

export function EventsTitle() {
  const tabs = [
    ["run", "This run"],
    ["trace", "trace_pipe"],
  ] as const;
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Events">
        {tabs.map(([id, name]) => (
          <button key={id} type="button" role="tab" aria-selected={tab.value === id} onClick={() => (tab.value = id)}>
            {name}
          </button>
        ))}
      </div>
      <span class="grow" />
    </>
  );
}

function Marks() {
  const window = select.window.value;
  const here = select.cursor.value.step;
  const marked = (window?.steps ?? []).map((view, i) => ({ step: (window?.first ?? 0) + i, view })).filter(({ view }) => view.mark !== null);
  const at = marked.findIndex(({ step }) => step >= here);
  const from = Math.max(0, (at < 0 ? marked.length : at) - AROUND);
  return (
    <ol class="evl">
      {marked.slice(from, from + 2 * AROUND).map(({ step, view }) => (
        <li key={step} class={step === here - 1 ? "now" : step >= here ? "fut" : ""} onClick={() => time.seek(step + 1)}>
          <span class="st">{step + 1}</span>
          <span class="st">{view.pc}</span>
          <span class={`gl ${MARK_TONE[view.mark?.kind ?? "num"]}`} />
          <span>{step < here ? <Parts parts={view.did} /> : view.mark?.text}</span>
        </li>
      ))}
    </ol>
  );
}

function Trace() {
  const lines = select.outputs.value.filter(({ kind }) => kind === "trace_pipe");
  return lines.length === 0 ? <div class="sb">Nothing printed yet.</div> : <pre class="sb m">{lines.map(({ text }) => text).join("\n")}</pre>;
}

export function EventsBody() {
  return <RunBody empty={<b>Reads, writes, calls and branches are listed here as they happen.</b>}>{tab.value === "run" ? <Marks /> : <Trace />}</RunBody>;
}
