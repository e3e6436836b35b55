// A question that is asked at an instruction holds time there until it is answered or passed over.
import { computed, effect } from "@preact/signals";
import * as actions from "../actions.ts";
import * as select from "../select.ts";
import { act, state } from "../store.ts";
import { mine, pcOf, predictions, skipped, stepping } from "./state.ts";

/** Questions with a place that wait for an answer. */
const waiting = computed(() => predictions.value.filter(({ id, at }) => at !== null && mine.value?.predictions[id] === undefined && !skipped.value.has(id)));

interface Gate {
  id: string;
  step: number;
}

/** The first step of this packet that stands before an open question, among the steps at hand. */
export const gate = computed<Gate | null>(() => {
  const window = select.window.value;
  if (!stepping.value || window === undefined || waiting.value.length === 0) return null;
  let found: Gate | null = null;
  for (const { id, at } of waiting.value) {
    const pc = pcOf(at ?? "");
    const index = pc === null ? -1 : window.steps.findIndex((step) => step.pc === pc);
    if (index >= 0 && (found === null || window.first + index < found.step)) found = { id, step: window.first + index };
  }
  return found;
});

/** The question that is asked here, now. */
export const asked = computed(() => {
  const now = gate.value;
  if (now === null || select.cursor.value.step < now.step) return null;
  return predictions.value.find(({ id }) => id === now.id) ?? null;
});

export function startHolding(): void {
  effect(() => {
    const now = gate.value;
    const { packet, step } = select.cursor.value;
    if (now === null || step <= now.step) return;
    queueMicrotask(() => {
      if (state.peek().cursor.packet === packet && state.peek().cursor.step > now.step) act(actions.moveTo, { packet, step: now.step }, "A question comes first.");
    });
  });
}
