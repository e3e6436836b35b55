// The only file that talks to the server: checks and runs what is typed, and fetches what the place in time needs.
import { batch, effect } from "@preact/signals";
import { io, type Socket } from "socket.io-client";
import * as actions from "./actions.ts";
import { follow, settle } from "./anchor.ts";
import { api, isFailure, RequestFailed } from "./api.ts";
import type { CheckReply, Failure, GraphReply, MarksReply, RunReply, StopReply, StopRequest, WindowReply } from "./schemas.ts";
import { act, state } from "./store.ts";
import { known, stepsOf, wanted, windowKey } from "./trace.ts";

/** After the last key: when the text is checked, and when it is run. */
const CHECK_IDLE = 25;
const RUN_IDLE = 200;
const PATIENCE = 15_000;
const MAX_IN_FLIGHT = 4;
const DISSECT_AROUND = 32;

let socket: Socket | null = null;
let checkTimer: ReturnType<typeof setTimeout> | undefined;
let runTimer: ReturnType<typeof setTimeout> | undefined;
const inFlight = new Set<string>();

/** Large messages come as JSON text, which the server passes on unread; a refusal comes as `{failure}`. */
function parse<T>(message: unknown): T | Failure {
  const value: unknown = typeof message === "string" ? JSON.parse(message) : message;
  const refused = typeof value === "object" && value !== null && "failure" in value;
  return (refused ? value.failure : value) as T | Failure;
}

/** What may take long is asked over HTTP: the socket answers one question after the other, and a step must not wait. */
const LONG: ReadonlySet<string> = new Set(["graph", "verdict", "explore", "explain", "walk:log", "walk:known"]);

async function post<T>(event: string, message: unknown): Promise<T | Failure | null> {
  try {
    return parse<T>(await api.question<unknown>(event, message));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return error.failure.code === "unreachable" ? null : error.failure;
  }
}

/** An answer, a Failure, or null when the connection went before it came. */
async function emit<T>(event: string, message: unknown): Promise<T | Failure | null> {
  if (LONG.has(event)) return post<T>(event, message);
  if (socket === null || !socket.connected) return null;
  let answer: unknown;
  try {
    answer = await socket.timeout(PATIENCE).emitWithAck(event, message);
  } catch {
    return null;
  }
  return parse<T>(answer);
}

/** The first window of a run may come before the run itself does. */
let early: WindowReply | null = null;

function gotRun(message: unknown): void {
  const run = parse<RunReply>(message);
  if (isFailure(run) || run.revision !== state.peek().revision) return;
  const window = early?.run === run.run ? early : null;
  early = null;
  const { cursor } = state.peek();
  batch(() => {
    act(actions.ran, run);
    if (window !== null) act(actions.gotWindow, window);
    settle(cursor);
  });
}

function gotWindow(message: unknown): void {
  const window = parse<WindowReply>(message);
  if (isFailure(window)) return;
  if (window.run === state.peek().run?.run) act(actions.gotWindow, window);
  else early = window;
}

function failed({ revision, failure }: { revision: number; failure: Failure }): void {
  act(actions.runFailed, revision, failure);
}

export function connect(): void {
  socket = io({ transports: ["websocket"], reconnectionDelayMax: 8_000 });
  socket.on("connect", () => {
    inFlight.clear();
    act(actions.connected, "online");
    void checkNow();
  });
  socket.on("disconnect", () => act(actions.connected, "lost"));
  socket.on("connect_error", () => act(actions.connected, "lost"));
  socket.on("run:progress", (message: { revision: number; done: number; total: number }) =>
    act(actions.progressed, message.revision, message.done, message.total, performance.now()),
  );
  socket.on("run:done", gotRun);
  socket.on("run:window", gotWindow);
  socket.on("run:failed", failed);
  watch();
}

export function reconnect(): void {
  socket?.connect();
}

/** What is typed is checked at once, and run when the keys have rested and it can be loaded. */
function watch(): void {
  let revision = state.peek().revision;
  effect(() => {
    if (state.value.revision === revision) return;
    revision = state.value.revision;
    clearTimeout(checkTimer);
    clearTimeout(runTimer);
    checkTimer = setTimeout(() => void checkLatest(), CHECK_IDLE);
    runTimer = setTimeout(rest, RUN_IDLE);
  });
  effect(() => {
    void state.value.run;
    void state.value.windows;
    void state.value.glimpse;
    void state.value.cursor;
    fetchWindows();
    fetchMarks();
  });
  effect(() => {
    void state.value.inputs.packets;
    void state.value.cursor;
    void dissect();
  });
}

/** The revision that may run as soon as its check says so. */
let rested = -1;
let checking = false;

function rest(): void {
  const { revision, check } = state.peek();
  rested = revision;
  if (check?.revision === revision && check.ok) void runNow();
}

/** Checks what is there now; while one check is under way, the next one waits for it and takes the latest text. */
async function checkLatest(): Promise<void> {
  if (checking) return;
  checking = true;
  let asked = -1;
  while (asked !== state.peek().revision && socket?.connected) {
    asked = state.peek().revision;
    await check();
  }
  checking = false;
}

/** Checks and runs without waiting for the keys to rest. */
export async function checkNow(): Promise<void> {
  rested = state.peek().revision;
  await checkLatest();
}

async function check(): Promise<void> {
  const { inputs, revision } = state.peek();
  const reply = await emit<CheckReply>("check", { source: inputs.source, revision });
  if (reply === null) return;
  if (isFailure(reply)) return act(actions.runFailed, revision, reply);
  if (reply.revision !== state.peek().revision) return;
  if (reply.ok) follow(reply);
  else act(actions.checked, reply);
  if (reply.ok && rested === reply.revision) await runNow();
}

let graphWanted: number | null = null;
let graphing = false;

/** Asks for the graph of a program of the text as it stands; while one is under way, the latest wish waits for it. */
export async function askGraph(program: number): Promise<void> {
  graphWanted = program;
  if (graphing) return;
  graphing = true;
  while (graphWanted !== null && socket?.connected) {
    const { inputs, revision } = state.peek();
    const wanted = { source: inputs.source, revision, program: graphWanted };
    graphWanted = null;
    const reply = await emit<GraphReply>("graph", wanted);
    if (reply !== null && !isFailure(reply)) act(actions.gotGraph, reply);
  }
  graphing = false;
}

export async function runNow(): Promise<void> {
  const { inputs, revision, cursor } = state.peek();
  if (inputs.packets.length === 0) return;
  act(actions.progressed, revision, 0, inputs.packets.length, performance.now());
  const reply = await emit<{ accepted: boolean }>("run", { inputs, revision, ...cursor });
  if (isFailure(reply)) act(actions.runFailed, revision, reply);
}

/** Stops a run that is under way; what it has done so far is kept. */
export function cancel(): void {
  socket?.emit("cancel", { revision: state.peek().revision });
}

let glimpsing = false;

/** Where the window of the cursor is not there, the few steps about it are asked for first: they come sooner. */
function glimpse(): void {
  const now = state.peek();
  if (now.run === null || glimpsing || stepsOf(now, now.cursor.packet) === 0 || known(now, now.cursor)) return;
  const { packet, step } = now.cursor;
  const [window] = wanted(now, now.cursor);
  glimpsing = true;
  void emit<WindowReply>("window", { run: now.run.run, packet, window, around: step }).then((reply) => {
    glimpsing = false;
    if (reply !== null && !isFailure(reply)) act(actions.gotGlimpse, reply);
  });
}

function fetchWindows(): void {
  const { run, windows, cursor } = state.peek();
  if (run === null) return;
  glimpse();
  const [own, ...near] = wanted({ run }, cursor);
  if (own === undefined) return;
  // Neighbours wait for the window itself, so that someone who jumps about never waits for what is only likely.
  for (const window of windows.has(windowKey(cursor.packet, own)) ? near : [own]) {
    const key = windowKey(cursor.packet, window);
    if (windows.has(key) || inFlight.has(key) || inFlight.size >= MAX_IN_FLIGHT) continue;
    inFlight.add(key);
    void emit<WindowReply>("window", { run: run.run, packet: cursor.packet, window }).then((reply) => {
      inFlight.delete(key);
      if (reply === null) return;
      if (!isFailure(reply)) act(actions.gotWindow, reply);
      else if (reply.code === "unknown-run") void runNow();
    });
  }
}

const marksAsked = new Set<string>();

function fetchMarks(): void {
  const { run, marks, cursor } = state.peek();
  if (run === null || marks.has(cursor.packet) || stepsOf({ run }, cursor.packet) === 0) return;
  const key = `${run.run}:${cursor.packet}`;
  if (marksAsked.has(key)) return;
  marksAsked.add(key);
  void emit<MarksReply>("marks", { run: run.run, packet: cursor.packet }).then((reply) => {
    marksAsked.delete(key);
    if (reply !== null && !isFailure(reply)) act(actions.gotMarks, run.run, reply);
  });
}

let dissecting = false;

/** Dissects the packets around the one shown that have not been yet. */
async function dissect(): Promise<void> {
  const { inputs, packets, cursor } = state.peek();
  const from = Math.max(0, cursor.packet - DISSECT_AROUND);
  const unknown = inputs.packets.slice(from, from + 2 * DISSECT_AROUND).filter((hex) => !packets.has(hex));
  if (unknown.length === 0 || dissecting) return;
  dissecting = true;
  try {
    const reply = await api.dissect([...new Set(unknown)]);
    act(actions.dissected, reply.packets);
  } catch {
    // the packet is shown as bytes until the server answers again
  } finally {
    dissecting = false;
  }
}

/** Where continuing would stop, by the server's knowledge of the whole run. */
export async function askStop(request: StopRequest): Promise<StopReply | Failure> {
  const reply = await emit<StopReply>("stop", request);
  const lost: Failure = {
    code: "unreachable",
    message: "The server did not answer.",
    hint: "Stepping and scrubbing still work where the run has already arrived.",
    span: null,
  };
  return reply ?? lost;
}

/** A window of any packet of the run on screen, for what is told over many packets; null when it cannot be had now. */
export async function askWindow(packet: number, window: number): Promise<WindowReply | null> {
  const { run } = state.peek();
  if (run === null) return null;
  const reply = await emit<WindowReply>("window", { run: run.run, packet, window });
  return isFailure(reply) ? null : reply;
}

export async function loadReference(): Promise<void> {
  try {
    act(actions.gotReference, await api.reference());
  } catch {
    // completion and hover do without it
  }
}

export { emit as ask };
