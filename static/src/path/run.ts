// Asks the server to simulate, hears how far it is, and asks about what became of events.
import { batch, effect } from "@preact/signals";
import { api, isFailure, RequestFailed } from "../api.ts";
import type { AuditReply, EventView, Failure, RowsReply, ScriptReply, SimulationProgress, SimulationReply, StationsReply } from "../schemas.ts";
import { prepareWorkbench } from "./behind.ts";
import { ask, listen, open } from "../socket.ts";
import { readAddress, takeProgram, writeAddress } from "./address.ts";
import type { OwnEvent } from "./own.ts";
import { startOpening } from "./opening.ts";
import * as play from "./play.ts";
import * as state from "./state.ts";

/** Rows asked for at a time. */
export const PAGE = 200;
const IDLE = 200;
const LOST: Failure = { code: "unreachable", message: "The server did not answer.", hint: "What is on screen stays; try again when it is back.", span: null };

let revision = 0;
/** The event to look at once it has happened. */
let wantedEvent: number | "last" | null = null;

function failed(found: Failure | null): Failure {
  return found ?? LOST;
}

/** Simulates what is chosen now; what is shown stays until the first counts arrive. */
export async function simulate(): Promise<void> {
  revision += 1;
  const inputs = state.inputs.peek();
  if (!state.something.peek()) return;
  state.failure.value = null;
  state.ran.value = JSON.stringify(inputs);
  const answer = await ask<{ accepted: boolean; simulation: string }>("simulate", { inputs, revision });
  if (answer === null || isFailure(answer)) state.failure.value = failed(answer);
  writeAddress();
}

/** Sends a packet or a call made by hand, after those that were, and looks at it. */
export async function sendOwn(event: OwnEvent): Promise<void> {
  state.own.value = [...state.own.peek(), event];
  state.source.value = "own";
  wantedEvent = "last";
  await simulate();
}

/** Stops; what was simulated so far is shown. */
export function stop(): void {
  void ask("simulate:cancel", { revision });
}

function gotProgress(message: SimulationProgress | Failure): void {
  if (isFailure(message) || message.revision !== revision) return;
  batch(() => {
    if (state.progress.peek()?.simulation !== message.simulation) forget();
    state.progress.value = message;
    state.reply.value = null;
  });
  void play.showLive(message);
}

function forget(): void {
  play.clear();
  state.rows.value = new Map();
  state.total.value = 0;
  state.event.value = null;
  state.audit.value = null;
}

/** Begins with packets where there are any, with everything where there are none; a filter of one's own stays. */
function suit({ ends }: SimulationReply): void {
  const packets = state.source.peek() !== "own" && Object.values(ends).some((count) => count > 0);
  const now = state.filter.peek();
  if (!packets && now === state.NO_FILTER) state.filter.value = state.EVERYTHING;
  if (packets && now === state.EVERYTHING) state.filter.value = state.NO_FILTER;
}

function gotReply(message: SimulationReply | Failure): void {
  if (isFailure(message) || message.revision !== revision) return;
  batch(() => {
    forget();
    state.progress.value = null;
    state.reply.value = message;
    suit(message);
  });
  void loadRows(0, true);
  void loadAudit();
  void play.prepare(message.simulation);
  prepareWorkbench();
  void lookAtWanted(message.done);
}

/** Until it is there the first of the list must not take its place. */
async function lookAtWanted(done: number): Promise<void> {
  if (wantedEvent === null) return;
  if (wantedEvent === "last") await lookAtEvent(done - 1);
  else await look(wantedEvent, state.hop.peek());
  wantedEvent = null;
}

/** Looks at the first happening of a scenario's event: others may stem from it. */
async function lookAtEvent(event: number): Promise<void> {
  const request = { simulation: state.simulation.peek(), offset: 0, limit: PAGE, ends: [], effects: [], stations: [], truths: [], kinds: [], stopped: null, reported: null, text: "", after: event };
  const answer = await ask<RowsReply>("simulate:rows", request);
  if (answer === null || isFailure(answer)) return;
  const row = answer.rows.find((found) => found.event === event);
  if (row !== undefined) await look(row.index, 0);
}

/** The rows from `offset` on, as the filter lets them through. */
export async function loadRows(offset: number, fresh = false): Promise<void> {
  const simulation = state.simulation.peek();
  if (simulation === "") return;
  const { ends, truths, stations, kinds, text } = state.filter.peek();
  const key = JSON.stringify(state.filter.peek());
  const request = { simulation, offset, limit: PAGE, ends, effects: [], stations, truths, kinds, stopped: null, reported: null, text, after: null };
  const answer = await ask<RowsReply>("simulate:rows", request);
  if (answer === null || isFailure(answer) || key !== JSON.stringify(state.filter.peek()) || simulation !== state.simulation.peek()) return;
  const rows = new Map(fresh ? [] : state.rows.peek());
  answer.rows.forEach((row, n) => rows.set(answer.offset + n, row));
  batch(() => {
    state.rows.value = rows;
    state.total.value = answer.total;
  });
  const first = answer.rows[0];
  if (fresh && state.event.peek() === null && wantedEvent === null && first !== undefined) void look(first.index, 0);
}

async function loadAudit(): Promise<void> {
  const simulation = state.simulation.peek();
  const answer = await ask<AuditReply>("simulate:audit", { simulation, offset: 0, limit: 200 });
  if (answer !== null && !isFailure(answer)) state.audit.value = { total: answer.total, lines: answer.lines };
}

let looking = 0;

/** Looks at a happening, at one of its hops (negative: its last). */
export async function look(index: number, hop: number): Promise<void> {
  looking += 1;
  const mine = looking;
  const answer = await ask<EventView>("simulate:event", { simulation: state.simulation.peek(), index });
  if (mine !== looking) return;
  if (answer === null || isFailure(answer)) {
    state.failure.value = failed(answer);
    return;
  }
  batch(() => {
    state.event.value = answer;
    state.hop.value = hop < 0 ? Math.max(0, answer.hops.length - 1) : Math.min(hop, Math.max(0, answer.hops.length - 1));
  });
  writeAddress();
}

/** One hop on, or back; behind the last comes the next event of the list. */
export function step(by: 1 | -1): void {
  const now = state.event.peek();
  if (now === null) return;
  const to = state.hop.peek() + by;
  if (to >= 0 && to < now.hops.length) {
    state.hop.value = to;
    writeAddress();
  } else void next(by);
}

/** The event after, or before, in the list: at its first hop, going back at its last. */
export async function next(by: 1 | -1, hop: number = by === 1 ? 0 : -1): Promise<void> {
  const at = placeOf(state.event.peek()?.row.index ?? -1);
  if (at === null) return;
  const to = at + by;
  if (to < 0 || to >= state.total.peek()) return;
  if (!state.rows.peek().has(to)) await loadRows(Math.floor(to / PAGE) * PAGE);
  const row = state.rows.peek().get(to);
  if (row !== undefined) await look(row.index, hop);
}

function placeOf(index: number): number | null {
  for (const [at, row] of state.rows.peek()) if (row.index === index) return at;
  return state.total.peek() > 0 ? -1 : null;
}

/** The next packet that was dropped, at the hop where it ended. */
export async function nextDrop(): Promise<void> {
  const after = (state.event.peek()?.row.index ?? -1) + 1;
  const simulation = state.simulation.peek();
  const request = { simulation, offset: 0, limit: 1, ends: ["dropped"], effects: [], stations: [], truths: [], kinds: [], stopped: null, reported: null, text: "", after };
  const answer = await ask<RowsReply>("simulate:rows", request);
  if (answer === null || isFailure(answer)) return;
  const row = answer.rows[0];
  if (row !== undefined) await look(row.index, -1);
}

async function checkScript(text: string): Promise<void> {
  if (text.trim() === "") {
    state.scriptReply.value = null;
    return;
  }
  const answer = await ask<ScriptReply>("simulate:script", { text });
  if (answer !== null && !isFailure(answer) && text === state.script.peek()) state.scriptReply.value = answer;
}

function rested(read: () => unknown, work: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    read();
    clearTimeout(timer);
    timer = setTimeout(work, IDLE);
  });
}

/** A program that was written in the workbench, at the hook it names. */
async function takeWorkspace(id: string | null): Promise<void> {
  if (id === null) return;
  try {
    const { inputs } = await api.workspace(id);
    takeProgram(inputs);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    state.failure.value = error.failure;
  }
}

/** The map comes with the page, to be drawn before anything is asked for; where it did not, it is asked for. */
export async function readStations(text: string): Promise<void> {
  const { stations, devices } = text.trim() === "" ? await api.stations() : (JSON.parse(text) as StationsReply);
  state.stations.value = stations;
  state.devices.value = devices;
}

/** Loads the tables, opens what the address names, and simulates it. */
export async function begin(): Promise<void> {
  const socket = open();
  const connected = new Promise<void>((resolve) => socket.on("connect", resolve));
  socket.on("connect", () => (state.online.value = true));
  socket.on("disconnect", () => (state.online.value = false));
  listen<SimulationProgress>("simulate:progress", gotProgress);
  listen<SimulationReply>("simulate:done", gotReply);
  listen<{ revision: number; failure: Failure }>("simulate:failed", (message) => {
    state.progress.value = null;
    state.failure.value = isFailure(message) ? message : message.failure;
  });
  const [scenarios, examples, programs] = await Promise.all([api.scenarios(), api.simulations(), api.examples()]);
  batch(() => {
    state.scenarios.value = scenarios;
    state.examples.value = examples;
    state.programs.value = programs;
    wantedEvent = readAddress();
  });
  await takeWorkspace(new URLSearchParams(location.search).get("w"));
  play.startPlaying();
  startOpening();
  rested(
    () => state.script.value,
    () => void checkScript(state.script.peek()),
  );
  rested(
    () => state.filter.value,
    () => void loadRows(0, true),
  );
  await connected;
  await simulate();
}
