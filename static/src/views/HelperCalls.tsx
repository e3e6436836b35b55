// The helper calls of this packet's run: what each was asked, and what it answered.
import { computed } from "@preact/signals";
import { argumentsOf, eventRows, helperOf, type EventRow } from "../events.ts";
import type { HelperRef } from "../schemas.ts";
import * as select from "../select.ts";
import { state } from "../store.ts";
import * as time from "../time.ts";
import { snapshotAt } from "../trace.ts";
import { PART_CLASS, REGION } from "./words.ts";

/** Calls shown around the place in time. */
const AROUND = 30;

/** The same rows until another window is there. */
const rowsHere = computed(() => eventRows(select.window.value).filter(({ view }) => helperOf(view) !== null));

export function helperRows(): readonly EventRow[] {
  return rowsHere.value;
}

function tone(kind: keyof typeof REGION): string {
  return { c: PART_CLASS.ctx, p: PART_CLASS.pkt, s: PART_CLASS.stk, m: PART_CLASS.map, e: PART_CLASS.pkt }[REGION[kind].tone] ?? "";
}

function Call({ row, helper }: { row: EventRow; helper: HelperRef | undefined }) {
  const { packet, step: here } = select.place.value;
  const { step, view } = row;
  const past = step < here;
  const asked = past ? argumentsOf(helper, snapshotAt(state.peek(), { packet, step })) : [];
  const answer = past ? (snapshotAt(state.peek(), { packet, step: step + 1 })?.registers[0] ?? null) : null;
  return (
    <li class={past ? (step === here - 1 ? "now" : "") : "fut"}>
      <button type="button" onClick={() => time.seek(step + 1)}>
        <span class="st">{step + 1}</span> <b class="m">{helperOf(view)}</b> {past ? null : <span class="dim">still to come</span>}
      </button>
      {asked.length === 0 && answer === null ? null : (
        <dl>
          {asked.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class={`m ${tone(value.kind)}`}>{value.text}</dd>
            </div>
          ))}
          {answer === null ? null : (
            <div>
              <dt>answered</dt>
              <dd class={`m ${tone(answer.kind)}`}>
                {view.note || answer.text}
              </dd>
            </div>
          )}
        </dl>
      )}
    </li>
  );
}

export function HelperCalls() {
  const rows = helperRows();
  const here = select.place.value.step;
  const helpers = new Map((select.reference.value?.helpers ?? []).map((helper) => [helper.name, helper]));
  if (rows.length === 0) return <p class="sb">No helper is called in {select.steps.value > 1024 ? "this stretch of the run" : "this run"}.</p>;
  const at = rows.findIndex(({ step }) => step >= here);
  const from = Math.max(0, (at < 0 ? rows.length : at) - AROUND);
  const shown = rows.slice(from, from + 2 * AROUND);
  return (
    <>
      <ol class="hc">
        {shown.map((row) => (
          <Call key={row.step} row={row} helper={helpers.get(helperOf(row.view) ?? "")} />
        ))}
      </ol>
      {shown.length < rows.length ? (
        <p class="cap meta dim">
          calls {from + 1}–{from + shown.length} of {rows.length}
        </p>
      ) : null}
    </>
  );
}
