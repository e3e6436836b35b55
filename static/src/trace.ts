// Looking things up in the windows of a run that have arrived.
import { stateAt, type Snapshot } from "./fold.ts";
import { WINDOW, type StepView, type WindowReply } from "./schemas.ts";
import type { Cursor, State } from "./state.ts";

export function windowKey(packet: number, window: number): string {
  return `${packet}:${window}`;
}

export function windowOf(step: number): number {
  return Math.floor(step / WINDOW);
}

type Trace = Pick<State, "windows" | "run"> & Partial<Pick<State, "glimpse">>;

/** How many steps a packet ran; 0 when it did not run. */
export function stepsOf(state: Pick<State, "run">, packet: number): number {
  return state.run?.packets[packet]?.steps ?? 0;
}

/** The window that can tell state `step`: its own, or the one before when it is the state after the last step. */
export function windowFor(state: Trace, { packet, step }: Cursor): WindowReply | undefined {
  const steps = stepsOf(state, packet);
  const own = windowOf(step === steps && step > 0 ? step - 1 : step);
  return state.windows.get(windowKey(packet, own)) ?? glimpsed(state, packet, own, step);
}

/** The glimpse, if it is of this window and knows this state. */
function glimpsed({ glimpse }: Trace, packet: number, window: number, step: number): WindowReply | undefined {
  if (!glimpse || glimpse.packet !== packet || glimpse.window !== window) return undefined;
  return glimpse.first <= step && step <= glimpse.first + glimpse.steps.length ? glimpse : undefined;
}

export function stepAt(state: Trace, { packet, step }: Cursor): StepView | undefined {
  const own = windowOf(step);
  const window = state.windows.get(windowKey(packet, own)) ?? glimpsed(state, packet, own, step);
  return window?.steps[step - window.first];
}

/** Whether the state at a cursor can be told. */
export function known(state: Trace, cursor: Cursor): boolean {
  const window = windowFor(state, cursor);
  return window !== undefined && cursor.step <= window.first + window.steps.length;
}

/** The state at a cursor, or null while its window has not arrived. */
export function snapshotAt(state: Trace, cursor: Cursor): Snapshot | null {
  const window = windowFor(state, cursor);
  if (window === undefined || cursor.step > window.first + window.steps.length) return null;
  return stateAt(window, cursor.step);
}

/** The place one step on, into the next packet at the end of this one; null at the very end. Negative goes back. */
export function neighbour(state: Pick<State, "run">, { packet, step }: Cursor, by: 1 | -1): Cursor | null {
  const target = step + by;
  if (target >= 0 && target <= stepsOf(state, packet)) return { packet, step: target };
  const other = packet + by;
  if (other < 0 || other >= (state.run?.packets.length ?? 0)) return null;
  return { packet: other, step: by > 0 ? 0 : stepsOf(state, other) };
}

/** Windows to hold ready around a cursor, the nearest first: its own, the next, the one before. */
export function wanted(state: Pick<State, "run">, { packet, step }: Cursor): number[] {
  const steps = stepsOf(state, packet);
  if (state.run?.packets[packet] === undefined || steps === 0) return [];
  const last = windowOf(steps - 1);
  const own = Math.min(windowOf(step), last);
  return [own, own + 1, own - 1].filter((window) => window >= 0 && window <= last);
}

/** How many steps a step is away from a window; 0 inside it. */
export function apart(step: number, window: number): number {
  return Math.max(0, window * WINDOW - step, step - (window + 1) * WINDOW + 1);
}
