// The run that the page follows: the step shown lights the bytes of the instruction that is next.
import { batch, computed, effect, signal } from "@preact/signals";
import { api, RequestFailed } from "../api.ts";
import { stateAt } from "../fold.ts";
import { encodePlace } from "../link.ts";
import type { Failure, RunReply, WindowReply } from "../schemas.ts";
import * as state from "./state.ts";

export const run = signal<RunReply | null>(null);
export const trace = signal<WindowReply | null>(null);
export const packet = signal(0);
/** The state before this step is shown; behind the last one the run is over. */
export const step = signal(0);
export const noRun = signal<Failure | null>(null);

export const steps = computed(() => run.value?.packets[packet.value]?.steps ?? 0);

function holds(window: WindowReply | null, at: number): window is WindowReply {
  return window !== null && window.packet === packet.peek() && at >= window.first && at <= window.first + window.steps.length;
}

/** The step that comes next, and the one before; null while its window is on the way. */
export const next = computed(() => (holds(trace.value, step.value) ? (trace.value.steps[step.value - trace.value.first] ?? null) : null));
export const before = computed(() => (holds(trace.value, step.value) ? (trace.value.steps[step.value - trace.value.first - 1] ?? null) : null));
export const snapshot = computed(() => (holds(trace.value, step.value) ? stateAt(trace.value, step.value) : null));
/** The group that is about to run, if it is of the program shown. */
export const now = computed(() => {
  const found = next.value;
  if (found === null || found.program !== (state.reply.value?.program ?? 0)) return null;
  return state.keyOfPc.value.get(found.pc) ?? null;
});

let asked = 0;

async function fetchRun(): Promise<void> {
  const open = state.opened.peek();
  if (open === null) return;
  asked += 1;
  const mine = asked;
  const message = { inputs: open.inputs, opened: "", revision: 0, packet: packet.peek(), step: step.peek() };
  try {
    const answer = await api.native<{ run: RunReply; window: WindowReply | null }>("run", message);
    if (mine !== asked) return;
    batch(() => {
      run.value = answer.run;
      trace.value = answer.window;
      packet.value = Math.min(packet.peek(), Math.max(0, answer.run.packets.length - 1));
      step.value = Math.min(step.peek(), steps.peek());
      noRun.value = null;
    });
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    if (mine === asked) noRun.value = error.failure;
  }
}

/** Starts following; `at` is where the workbench was. */
export async function follow(at: { packet: number; step: number }): Promise<void> {
  batch(() => {
    packet.value = at.packet;
    step.value = at.step;
  });
  await fetchRun();
}

export function seek(to: number): void {
  step.value = Math.max(0, Math.min(steps.peek(), Math.round(to)));
  if (!holds(trace.peek(), step.peek())) void fetchRun();
}

export function seekPacket(to: number): void {
  batch(() => {
    packet.value = to;
    step.value = 0;
  });
  void fetchRun();
}

/** To the next time that this instruction is about to run, in the steps at hand; behind the last to the first. */
export function seekPc(pc: number): void {
  const at = timesOf(pc);
  const to = at.find((n) => n > step.peek()) ?? at[0];
  if (to !== undefined) seek(to);
}

/** The steps at hand before which this instruction is about to run. */
export function timesOf(pc: number): number[] {
  const window = trace.value;
  if (window === null) return [];
  return window.steps.flatMap((found, n) => (found.pc === pc && found.program === (state.reply.value?.program ?? 0) ? [window.first + n] : []));
}

export function startPlace(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    if (run.value === null) return;
    const place = encodePlace(packet.value, step.value, null);
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, "", `${location.pathname}${location.search}${place}`), 300);
  });
}
