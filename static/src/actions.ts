// What changes the state: pure functions from a state and arguments to the next state.
import type { CheckReply, Failure, GraphReply, Inputs, MarksReply, PacketView, Reference, RunReply, WindowReply, WorkspaceDoc } from "./schemas.ts";
import * as panes from "./panes.ts";
import { sameLink, type Link } from "./related.ts";
import type { Breakpoint, Connection, Cursor, Kept, Overlay, Saving, State } from "./state.ts";
import { stepsOf, windowKey } from "./trace.ts";

const MAX_WINDOWS = 96;
const MAX_HISTORY = 100;
const MAX_DISSECTED = 2_000;

/* ---------- inputs ---------- */

function changed(state: State, inputs: Partial<Inputs>): State {
  return { ...state, inputs: { ...state.inputs, ...inputs }, revision: state.revision + 1, failure: null };
}

function kept({ inputs, breakpoints, layout, verifierLayout }: State): Kept {
  return { inputs, breakpoints, layout, verifierLayout };
}

/** Remembers what stands now under a name, so that undo can bring it back. */
export function remember(state: State, label: string, text = false): State {
  const id = (state.history.at(-1)?.id ?? 0) + 1;
  const history = [...state.history, { id, label, kept: kept(state), text }].slice(-MAX_HISTORY);
  return { ...state, history };
}

/** The editor keeps its own undo of text, so a keystroke is not remembered here. */
export function edit(state: State, source: string, breakpoints?: readonly Breakpoint[]): State {
  const next = source === state.inputs.source ? state : changed(state, { source });
  return breakpoints === undefined ? next : { ...next, breakpoints };
}

/** `times` are nanoseconds since the first; none means a millisecond apart. */
export function setPackets(state: State, packets: readonly string[], label: string, times: readonly number[] = []): State {
  const next = changed(remember(state, label), { packets: [...packets], times_ns: [...times] });
  const packet = Math.max(0, Math.min(state.cursor.packet, packets.length - 1));
  return { ...next, cursor: { packet, step: packet === state.cursor.packet ? state.cursor.step : 0 } };
}

export function setInputs(state: State, inputs: Partial<Inputs>, label: string): State {
  return changed(remember(state, label, inputs.source !== undefined), inputs);
}

/** Takes back the last remembered change, or the one with this id and all after it. */
export function undo(state: State, id?: number): State {
  const at = id === undefined ? state.history.length - 1 : state.history.findIndex((past) => past.id === id);
  const past = state.history[at];
  if (past === undefined) return state;
  const text = state.history.slice(at).some((step) => step.text);
  const breakpoints = text ? past.kept.breakpoints : state.breakpoints;
  const inputs = text ? past.kept.inputs : { ...past.kept.inputs, source: state.inputs.source };
  const toasts = state.toasts.filter((toast) => toast.undo === null || toast.undo < past.id);
  const layouts = past.kept.layout.width === state.layout.width ? past.kept : state;
  const { layout, verifierLayout } = layouts;
  const back = { ...state, breakpoints, toasts, layout, verifierLayout, history: state.history.slice(0, at) };
  const same = (Object.keys(inputs) as (keyof Inputs)[]).every((key) => inputs[key] === state.inputs[key]);
  return same ? back : changed(back, inputs);
}

/** Starts from a saved workbench, a link, an example or a draft. */
export function open(state: State, doc: Omit<WorkspaceDoc, "id" | "saved_at" | "lasting"> & { id: string | null }, saving: Saving): State {
  const next = changed({ ...state, id: doc.id, title: doc.title, version: doc.version, saving }, doc.inputs);
  const { packet, step, breakpoints, conditions } = doc.place;
  return {
    ...next,
    cursor: { packet, step },
    breakpoints: breakpoints.map((line) => ({ line, condition: conditions[line] ?? null })),
    run: null,
    check: null,
    programs: [],
    graph: null,
    windows: new Map(),
    glimpse: null,
    marks: new Map(),
    history: [],
  };
}

/** The address has been opened, or could not be. */
export function settled(state: State): State {
  return { ...state, opened: true };
}

export function rename(state: State, title: string): State {
  return { ...state, title, saving: state.saving === "untouched" ? "untouched" : "local" };
}

export function setSaving(state: State, saving: Saving): State {
  return { ...state, saving };
}

export function saved(state: State, id: string, version: number): State {
  return { ...state, id, version };
}

/* ---------- answers of the server ---------- */

export function checked(state: State, reply: CheckReply): State {
  if (reply.revision !== state.revision) return state;
  const programs = reply.programs.some(({ slots }) => slots.length > 0) ? reply.programs : state.programs;
  return { ...state, check: reply, programs };
}

export function gotGraph(state: State, graph: GraphReply): State {
  return { ...state, graph };
}

export function progressed(state: State, revision: number, done: number, total: number, now: number): State {
  if (revision !== state.revision) return state;
  const since = state.progress?.revision === revision ? state.progress.since : now;
  return { ...state, progress: { revision, done, total, since } };
}

/** A finished run; windows of another run are dropped, the place in time is kept as far as it exists. */
export function ran(state: State, run: RunReply): State {
  if (run.revision !== state.revision) return state;
  const same = run.run === state.run?.run;
  const next: State = {
    ...state,
    run,
    progress: null,
    failure: null,
    windows: same ? state.windows : new Map(),
    glimpse: same ? state.glimpse : null,
    marks: same ? state.marks : new Map(),
  };
  return moveTo(next, state.cursor);
}

export function runFailed(state: State, revision: number, failure: Failure): State {
  return revision === state.revision ? { ...state, failure, progress: null } : state;
}

export function gotWindow(state: State, window: WindowReply): State {
  if (window.run !== state.run?.run) return state;
  const windows = new Map(state.windows);
  windows.set(windowKey(window.packet, window.window), window);
  for (const key of windows.keys()) {
    if (windows.size <= MAX_WINDOWS) break;
    windows.delete(key);
  }
  return { ...state, windows };
}

export function gotGlimpse(state: State, glimpse: WindowReply): State {
  return glimpse.run === state.run?.run ? { ...state, glimpse } : state;
}

export function gotMarks(state: State, run: string, marks: MarksReply): State {
  if (run !== state.run?.run) return state;
  return { ...state, marks: new Map(state.marks).set(marks.packet, marks) };
}

export function dissected(state: State, views: readonly PacketView[]): State {
  const packets = new Map(state.packets);
  for (const view of views) if (view.layers.length > 0) packets.set(view.data, view);
  for (const key of packets.keys()) {
    if (packets.size <= MAX_DISSECTED) break;
    packets.delete(key);
  }
  return { ...state, packets };
}

export function gotReference(state: State, reference: Reference): State {
  return { ...state, reference };
}

export function connected(state: State, connection: Connection): State {
  return { ...state, connection };
}

/* ---------- time ---------- */

export function moveTo(state: State, { packet, step }: Cursor, why = ""): State {
  const last = Math.max(state.inputs.packets.length, state.run?.packets.length ?? 0) - 1; // where events happen, the run knows how many
  const index = Math.max(0, Math.min(packet, last));
  const most = state.run === null ? step : stepsOf(state, index);
  const cursor = { packet: index, step: Math.max(0, Math.min(step, most)) };
  const same = cursor.packet === state.cursor.packet && cursor.step === state.cursor.step;
  return { ...state, cursor: same ? state.cursor : cursor, why };
}

export function toggleBreakpoint(state: State, line: number): State {
  const rest = state.breakpoints.filter((breakpoint) => breakpoint.line !== line);
  const breakpoints = rest.length < state.breakpoints.length ? rest : [...rest, { line, condition: null }];
  return { ...state, breakpoints: sorted(breakpoints) };
}

export function setBreakpoints(state: State, breakpoints: readonly Breakpoint[]): State {
  return { ...state, breakpoints: sorted(breakpoints) };
}

/** Sets a breakpoint that stops only where the condition holds; an empty one stops always. */
export function setCondition(state: State, line: number, condition: string): State {
  const rest = state.breakpoints.filter((breakpoint) => breakpoint.line !== line);
  return { ...state, breakpoints: sorted([...rest, { line, condition: condition.trim() || null }]) };
}

function sorted(breakpoints: readonly Breakpoint[]): Breakpoint[] {
  return [...breakpoints].sort((a, b) => a.line - b.line);
}

/* ---------- links between things ---------- */

export function hover(state: State, link: Link | null): State {
  return sameLink(state.hover, link) ? state : { ...state, hover: link };
}

/** Clicking the pinned thing again unpins it. */
export function pin(state: State, link: Link | null): State {
  return { ...state, pin: sameLink(state.pin, link) ? null : link };
}

/* ---------- the page ---------- */

function laidOut(state: State, layout: panes.Layout): State {
  return layout.screen === "verifier" ? { ...state, verifierLayout: layout } : { ...state, layout };
}

/** A layout says which screen it is of. */
export function setLayout(state: State, layout: panes.Layout): State {
  return laidOut(state, layout);
}

/** As setLayout, and undo brings the old one back. */
export function arrange(state: State, layout: panes.Layout, label: string): State {
  return laidOut(remember(state, label), layout);
}

export function setOverlay(state: State, overlay: Overlay): State {
  return { ...state, overlay };
}

export function setTheme(state: State, theme: State["theme"]): State {
  return { ...state, theme };
}

export function toast(state: State, text: string, undoable = false, href: string | null = null): State {
  const id = (state.toasts.at(-1)?.id ?? 0) + 1;
  const undo = undoable ? (state.history.at(-1)?.id ?? null) : null;
  return { ...state, toasts: [...state.toasts, { id, text, undo, href }].slice(-3) };
}

export function dismiss(state: State, id: number): State {
  return { ...state, toasts: state.toasts.filter((toast) => toast.id !== id) };
}
