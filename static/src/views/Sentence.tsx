// What happened, then what is next. Spoken once per stop, not while time is being dragged.
import { useEffect, useState } from "preact/hooks";
import * as select from "../select.ts";
import { Icon } from "./Icon.tsx";
import { Parts } from "./Parts.tsx";
import { sentence } from "./words.ts";
import { marked, plain, unmarked } from "../parts.ts";
import type { PacketRun, StepView } from "../schemas.ts";

const SETTLED = 350;

/** What is said where there is no step to tell of. */
function opening(): string {
  const { packet } = select.cursor.value;
  const summary = select.packetView.value?.summary;
  if (!select.takesPackets.value) return marked("label", `Event ${packet + 1}`) + unmarked(`: ${select.packetRun.value?.summary ?? "it happens"}.`);
  return marked("label", `Packet ${packet + 1}`) + (summary ? ` arrives: ${unmarked(summary)}.` : " arrives.");
}

/** What is about to be asked or done. */
function upcoming(next: StepView | null): string {
  return next === null || next.asks === "" ? "" : `Next, ${next.asks}.`;
}

/** A packet that no instruction ran for. */
function unmet(run: PacketRun | null): string {
  const packet = marked("label", `Packet ${select.cursor.value.packet + 1}`);
  if (run === null) return `${packet} was not sent: the run was stopped, or does not end, before it.`;
  const reason = run.journey.at(-1)?.note ?? "";
  return `${packet} did not meet the program. ${unmarked(sentence(reason === "" ? run.summary : reason))}`;
}

function nothing(): string {
  if (select.opening.value) return "Opening the program.";
  if (select.errors.value.length > 0) {
    const [first] = select.errors.value;
    const where = first?.span ? `Line ${first.span.line}. ` : "";
    return marked("label", "Not assembled yet. ") + unmarked(where + sentence(first?.message ?? ""));
  }
  if (select.failure.value !== null) return `${marked("fault", sentence(select.failure.value.message))} ${unmarked(sentence(select.failure.value.hint ?? ""))}`;
  if (select.takesPackets.value && select.inputs.value.packets.length === 0) return "No packet to send yet. Add one and the program runs on it.";
  if (select.run.value !== null) return unmet(select.packetRun.value);
  if (select.progress.value !== null) return "Running.";
  return "Type a program and send it a packet.";
}

function Verdict({ run }: { run: PacketRun }) {
  return (
    <span class={`vd ${run.effect}`}>
      <Icon name={run.effect} />
      {run.verdict}
    </span>
  );
}

function Said() {
  const here = select.here.value;
  const run = select.packetRun.value;
  if (run === null || here.snapshot === null) {
    return (
      <span>
        <Parts sentence={nothing()} />
      </span>
    );
  }
  const atEnd = select.place.value.step === run.steps;
  const done = here.done === null ? opening() : here.done.did;
  return (
    <>
      <span>
        <Parts sentence={done} />
        {here.done === null ? "" : "."}
      </span>
      <span class="next">
        {atEnd ? <Verdict run={run} /> : null} {atEnd ? run.summary : <Parts sentence={upcoming(here.next)} />}
      </span>
    </>
  );
}

function spoken(): string {
  const here = select.here.value;
  const run = select.packetRun.value;
  if (run === null) return plain(nothing());
  const atEnd = select.place.value.step === run.steps;
  const done = here.done === null ? plain(opening()) : `${plain(here.done.did)}.`;
  return `${done} ${atEnd ? `${run.verdict}. ${run.summary}` : plain(upcoming(here.next))}`;
}

/** The live region: the sentence, once time has come to rest. */
function Spoken() {
  const [said, say] = useState("");
  const now = spoken();
  useEffect(() => {
    const timer = setTimeout(() => say(now), SETTLED);
    return () => clearTimeout(timer);
  }, [now]);
  return (
    <p class="sr" role="status" aria-live="polite">
      {said}
    </p>
  );
}

export function Sentence() {
  const late = !select.exact.value && select.run.value !== null;
  const why = select.why.value;
  return (
    <div class={late || select.stale.value ? "say late" : "say"}>
      <Said />
      {why === "" ? null : <span class="meta dim nw">{why}</span>}
      <Spoken />
    </div>
  );
}
