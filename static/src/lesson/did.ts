// What the learner does on the page ticks tasks: having run, stepped, looked.
import { effect } from "@preact/signals";
import type { ActionView } from "../schemas.ts";
import { screen } from "../screen.ts";
import * as select from "../select.ts";
import { state } from "../store.ts";
import type { Cursor } from "../state.ts";
import * as verdict from "../verdict.ts";
import * as walk from "../verifier/walk.ts";
import { reach } from "./keep.ts";
import { lesson, pane, pcOf, stepping } from "./state.ts";
import { PANE_NAMES } from "./panes.ts";

/** Something that was just done. */
interface Deed {
  did: ActionView["did"];
  /** The instruction stood at. */
  pc?: number | null;
  pane?: string;
  fault?: string;
}

function fits({ did, at, fault }: ActionView, deed: Deed): boolean {
  if (did !== deed.did) return false;
  if (fault !== null && fault !== deed.fault) return false;
  if (at === null) return true;
  if (deed.pane !== undefined) return (PANE_NAMES[at] ?? at) === (PANE_NAMES[deed.pane] ?? deed.pane);
  return deed.pc !== undefined && pcOf(at) === deed.pc;
}

export function did(deed: Deed): void {
  const found = (lesson.peek()?.checks ?? []).filter(({ action }) => action !== null && fits(action, deed));
  if (found.length > 0) reach(found.map(({ id }) => id));
}

/** Having come to the end of a packet's run is having run it: by itself it runs at every key. */
export function ended(): void {
  const run = select.packetRun.peek();
  if (run === null || select.stale.peek() || run.steps === 0) return;
  const fault = run.fault?.kind ?? "";
  did({ did: "ran", fault });
  const judged = verdict.decisive.peek();
  if (!verdict.stale.peek() && judged !== null && !judged.accepted) did({ did: "ran-unprotected", fault });
}

function moved(from: Cursor, to: Cursor): void {
  const pc = select.snapshot.peek()?.pc ?? null;
  const forward = to.packet > from.packet || (to.packet === from.packet && to.step > from.step);
  did({ did: forward ? "stepped" : "stepped-back", pc });
  if (to.step > 0 && to.step === select.steps.peek()) ended();
}

export function startNoticing(): void {
  let from = state.peek().cursor;
  effect(() => {
    const to = select.cursor.value;
    if (!select.exact.value || to === from) return;
    const before = from;
    from = to;
    if (stepping.peek()) queueMicrotask(() => moved(before, to));
  });
  let walked = walk.at.peek();
  effect(() => {
    const now = walk.at.value;
    if (now === walked) return;
    walked = now;
    if (screen.peek() === "verifier" && stepping.peek()) queueMicrotask(() => did({ did: "stepped-verifier", pc: walk.pc.peek() }));
  });
  effect(() => {
    if (!stepping.value) return;
    const shown = pane.value;
    queueMicrotask(() => did({ did: "opened", pane: shown }));
  });
  let packets = state.peek().inputs.packets;
  effect(() => {
    const now = select.inputs.value.packets;
    if (now === packets) return;
    packets = now;
    if (lesson.peek() !== null && state.peek().history.length > 0) queueMicrotask(() => did({ did: "sent" }));
  });
}
