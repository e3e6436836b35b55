// The body of a pane that shows a run, in each of its states: ready, empty, working, stale, error.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import * as select from "../select.ts";
import { cancel, reconnect } from "../transport.ts";
import { plural, sentence } from "./words.ts";

/** Milliseconds that a run may take without a word. */
const PATIENCE = 300;

function Problem() {
  const failure = select.failure.value;
  const errors = select.errors.value;
  const message = failure?.message ?? (errors.length === 1 ? "One line does not assemble yet." : `${errors.length} lines do not assemble yet.`);
  return (
    <div class="sb">
      <b class="t-drop">{sentence(message)}</b>
      <p>{failure?.hint ? sentence(failure.hint) : "Your text is kept. The editor names each line and what to try."}</p>
      {select.connection.value === "lost" ? (
        <button type="button" class="btn sm" onClick={reconnect}>
          Try now
        </button>
      ) : null}
    </div>
  );
}

/** Nothing for the first moments, so that quick runs do not flash; then a counted bar. */
function Working() {
  const { done, total } = select.progress.value ?? { done: 0, total: 0 };
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <div class="sb">
      <b>
        Running, {done.toLocaleString("en")} of {plural(total, "packet")}
      </b>
      <div class="pg">
        <i style={{ width: `${(100 * done) / Math.max(1, total)}%` }} />
      </div>
      <button type="button" class="btn sm" onClick={cancel}>
        Stop here
      </button>
    </div>
  );
}

/** The packet never came to the program. */
function Idle() {
  const run = select.packetRun.value;
  const last = run?.journey.at(-1);
  return (
    <div class="sb">
      <b>The program did not run for this packet</b>
      <p>{last?.note || run?.verdict}</p>
    </div>
  );
}

export interface RunBodyProps {
  children: ComponentChildren;
  /** What will appear here, while nothing has run. */
  empty: ComponentChildren;
  class?: string;
}

/** The body of a pane that shows a run: its content, or what stands in its place; stale content stays, dimmed. */
export function RunBody({ children, empty, class: extra = "" }: RunBodyProps) {
  const shown = select.runState.value;
  if (shown === "ready" && select.packetRun.value?.how === "idle") {
    return (
      <div class="pane-b">
        <Idle />
      </div>
    );
  }
  if (shown === "ready") {
    const stale = select.stale.value ? " stale" : "";
    return <div class={`pane-b ${extra}${stale}`} aria-busy={stale !== ""}>{children}</div>;
  }
  return (
    <div class="pane-b">
      {shown === "error" ? <Problem /> : null}
      {shown === "working" ? <Working /> : null}
      {shown === "empty" ? <div class="sb">{empty}</div> : null}
    </div>
  );
}

/** Goes into a header: says that what is shown is from before the last edit. */
export function StaleTag() {
  return select.stale.value ? <span class="stale-tag">from before your last edit</span> : null;
}
