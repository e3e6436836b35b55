// Derived values. Views read these; each changes only when what it is made of does.
import { computed } from "@preact/signals";
import type { Snapshot } from "./fold.ts";
import type { MapSpecView, PacketRun, PacketView, ProgramView, SlotView, StepView, WindowReply } from "./schemas.ts";
import { relate, type Related } from "./related.ts";
import type { Cursor } from "./state.ts";
import { state } from "./store.ts";
import { known, snapshotAt, stepAt, stepsOf, windowFor } from "./trace.ts";

export const inputs = computed(() => state.value.inputs);
export const source = computed(() => state.value.inputs.source);
export const cursor = computed(() => state.value.cursor);
export const revision = computed(() => state.value.revision);
export const packet = computed(() => state.value.cursor.packet);
export const check = computed(() => state.value.check);
export const run = computed(() => state.value.run);
export const windows = computed(() => state.value.windows);
export const breakpoints = computed(() => state.value.breakpoints);
export const layout = computed(() => state.value.layout);
export const reference = computed(() => state.value.reference);
export const connection = computed(() => state.value.connection);
export const saving = computed(() => state.value.saving);
export const overlay = computed(() => state.value.overlay);
export const title = computed(() => state.value.title);
export const toasts = computed(() => state.value.toasts);
export const theme = computed(() => state.value.theme);
export const why = computed(() => state.value.why);
export const pin = computed(() => state.value.pin);
export const progress = computed(() => state.value.progress);
export const failure = computed(() => state.value.failure);
export const dissections = computed(() => state.value.packets);
export const history = computed(() => state.value.history);

/** Results are from before the last edit. */
export const stale = computed(() => state.value.run !== null && state.value.run.revision !== state.value.revision);

export const errors = computed(() => (check.value?.diagnostics ?? []).filter(({ severity }) => severity === "error"));

/* ---------- here: the place in time ---------- */

export interface Here {
  /** The place it is of, and the window that tells it; null and undefined where nothing is shown. */
  at: Cursor | null;
  window: WindowReply | undefined;
  /** The state now; the last one known while the right one is on its way. */
  snapshot: Snapshot | null;
  /** The state one step ago, to tell what just changed; null at step 0. */
  previous: Snapshot | null;
  /** The step that led here, and the one about to run. */
  done: StepView | null;
  next: StepView | null;
}

const NOWHERE: Here = { at: null, window: undefined, snapshot: null, previous: null, done: null, next: null };

let shown = NOWHERE;

export const glimpse = computed(() => state.value.glimpse);

const trace = computed(() => ({ run: run.value, windows: windows.value, glimpse: glimpse.value }));

export const here = computed<Here>(() => {
  const now = trace.value;
  const at = cursor.value;
  if (now.run === null) return (shown = NOWHERE);
  if (stepsOf(now, at.packet) === 0) return (shown = NOWHERE); // nothing ran for this packet
  const window = windowFor(now, at);
  if (window === undefined || !known(now, at)) return shown; // the same, so that nothing is drawn again for it
  const before = { packet: at.packet, step: at.step - 1 };
  const done = at.step > 0 ? (stepAt(now, before) ?? null) : null;
  const next = stepAt(now, at) ?? null;
  if (shown.at === at && shown.window === window && shown.done === done && shown.next === next) return shown; // another window came
  const previous = at.step > 0 ? snapshotAt(now, before) : null;
  shown = { at, window, snapshot: snapshotAt(now, at), previous, done, next };
  return shown;
});

/** Whether `here` is the place of the cursor: not while its window has not arrived. */
export const exact = computed(() => {
  const at = cursor.value;
  return run.value !== null && (stepsOf(trace.value, at.packet) === 0 || known(trace.value, at));
});

export const snapshot = computed(() => here.value.snapshot);

/** The place that is shown: that of the cursor, or, while its window is on its way, the last one that was known. */
export const place = computed<Cursor>(() => here.value.at ?? cursor.value);

/** The window of what is shown. */
export const window = computed<WindowReply | undefined>(() => here.value.window);

export const packetRun = computed<PacketRun | null>(() => run.value?.packets[packet.value] ?? null);

export const steps = computed(() => stepsOf(trace.value, packet.value));

/* ---------- the program ---------- */

export const programs = computed(() => state.value.programs);

/** The program that is running here, or the file's first. */
export const program = computed<ProgramView | null>(() => {
  const all = programs.value;
  return all[snapshot.value?.program ?? 0] ?? all[0] ?? null;
});

/** The graph on screen and the program it is of; what ran is counted for the file's first program only. */
export const graph = computed(() => state.value.graph?.graph ?? null);
export const graphNote = computed(() => state.value.graph?.note ?? null);
export const graphProgram = computed(() => state.value.graph?.program ?? 0);
export const graphRun = computed(() => (graphProgram.value === 0 ? run.value : null));

/** The pc about to run, where it is in the program of the graph. */
export const graphPc = computed(() => {
  const now = snapshot.value;
  return now !== null && now.end === null && now.program === graphProgram.value ? now.pc : null;
});

export const maps = computed<readonly MapSpecView[]>(() => program.value?.maps ?? []);

export const slots = computed<readonly SlotView[]>(() => program.value?.slots ?? []);

/** The first instruction written on each line. */
export const slotOfLine = computed(() => {
  const found = new Map<number, SlotView>();
  for (const slot of slots.value) if (slot.line !== null && !found.has(slot.line)) found.set(slot.line, slot);
  return found;
});

export const lineOfPc = computed(() => {
  const found = new Map<number, number>();
  for (const slot of slots.value) if (slot.line !== null) found.set(slot.pc, slot.line);
  return found;
});

/** Programs counters that ran for this packet, or for any when that is not known. */
export const walked = computed<ReadonlySet<number>>(() => {
  const marks = state.value.marks.get(packet.value);
  if (marks !== undefined && marks.bin === 1) return new Set(marks.pcs);
  const loaded = window.value;
  if (loaded !== undefined && loaded.packet === packet.value && loaded.steps.length === steps.value) return new Set(loaded.steps.map((step) => step.pc));
  return new Set(Object.keys(run.value?.coverage ?? {}).map(Number));
});

/** The longest run of any packet: decides what room the score takes, so that it stays the same for all of them. */
export const mostSteps = computed(() => (run.value?.packets ?? []).reduce((most, { steps }) => Math.max(most, steps), 0));

export const marks = computed(() => state.value.marks.get(packet.value) ?? null);

/* ---------- packets ---------- */

/** Whether the hook gets the packets sent; at others sample events happen. */
export const takesPackets = computed(() => reference.value?.hooks.find(({ id }) => id === inputs.value.hook)?.takes_packets ?? true);

/** How many packets are sent, or events happen. */
export const count = computed(() => (takesPackets.value ? inputs.value.packets.length : (run.value?.packets.length ?? 0)));

export const packetHex = computed(() => (takesPackets.value ? (inputs.value.packets[packet.value] ?? null) : null));

/** The packet as it was sent, dissected. */
export const packetView = computed<PacketView | null>(() => {
  const hex = packetHex.value;
  return hex === null ? null : (dissections.value.get(hex) ?? null);
});

/** Output records made before this place, in order. */
export const outputs = computed(() => {
  const { packet, step } = cursor.value;
  return (run.value?.outputs ?? []).filter((out) => out.packet < packet || (out.packet === packet && out.step < step));
});

/* ---------- links ---------- */

export const link = computed(() => state.value.hover ?? state.value.pin);

/** What is linked matters only up to the cursor for instructions; things do not follow the cursor. */
const linkCursor = computed(() => (link.value?.kind === "pc" ? cursor.value.step : 0));

export const related = computed<Related>(() => relate(link.value, window.value, linkCursor.value));

/** Where `data` stands in the packet buffer now. */
export const dataOffset = computed(() => snapshot.value?.bounds[1] ?? 0);

/* ---------- states of panes ---------- */

export type PaneState = "opening" | "ready" | "empty" | "working" | "error";

export const opened = computed(() => state.value.opened);

/** Neither the program nor its first check is there yet. */
export const opening = computed(() => !opened.value || (check.value === null && failure.value === null && connection.value !== "lost"));

/** The state of everything that shows a run; staleness is apart, in `stale`. */
export const runState = computed<PaneState>(() => {
  if (state.value.progress !== null && run.value === null) return "working";
  if (run.value !== null) return "ready";
  if (opening.value) return "opening";
  return failure.value !== null || errors.value.length > 0 ? "error" : "empty";
});
