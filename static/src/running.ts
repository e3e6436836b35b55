// What is typed is checked at once, and run when the keys have rested and it can be loaded.
import { batch, effect } from "@preact/signals";
import type { Socket } from "socket.io-client";
import * as actions from "./actions.ts";
import { follow, settle } from "./anchor.ts";
import { isFailure } from "./api.ts";
import type { CheckReply, Failure, GraphReply, RunReply, WindowReply } from "./schemas.ts";
import { openedAs } from "./opened.ts";
import * as select from "./select.ts";
import { ask, online, parse, tell } from "./socket.ts";
import { act, state } from "./store.ts";

/** After the last key: when the text is checked, and when it is run. */
const CHECK_IDLE = 25;
const RUN_IDLE = 200;

let checkTimer: ReturnType<typeof setTimeout> | undefined;
let runTimer: ReturnType<typeof setTimeout> | undefined;

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

/** Takes in what the server says of runs. */
export function hear(socket: Socket): void {
  socket.on("run:progress", (message: { revision: number; done: number; total: number }) =>
    act(actions.progressed, message.revision, message.done, message.total, performance.now()),
  );
  socket.on("run:done", gotRun);
  socket.on("run:window", gotWindow);
  socket.on("run:failed", failed);
}

/** Checks and runs what is typed from now on. */
export function startRunning(): void {
  let revision = state.peek().revision;
  effect(() => {
    if (select.revision.value === revision) return;
    revision = select.revision.value;
    clearTimeout(checkTimer);
    clearTimeout(runTimer);
    checkTimer = setTimeout(() => void checkLatest(), CHECK_IDLE);
    runTimer = setTimeout(rest, RUN_IDLE);
  });
}

/** Runs what was just opened at once, and checks it beside that: it has run before. */
export function runOpened(): void {
  clearTimeout(checkTimer);
  clearTimeout(runTimer);
  rested = -1;
  void runNow();
  void checkLatest();
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
  while (asked !== state.peek().revision && online()) {
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
  const reply = await ask<CheckReply>("check", { source: inputs.source, revision });
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
  while (graphWanted !== null && online()) {
    const { inputs, revision } = state.peek();
    const wanted = { source: inputs.source, revision, program: graphWanted };
    graphWanted = null;
    const reply = await ask<GraphReply>("graph", wanted);
    if (reply !== null && !isFailure(reply)) act(actions.gotGraph, reply);
  }
  graphing = false;
}

export async function runNow(): Promise<void> {
  const { inputs, revision, cursor } = state.peek();
  if (inputs.packets.length === 0) return;
  act(actions.progressed, revision, 0, inputs.packets.length, performance.now());
  const reply = await ask<{ accepted: boolean }>("run", { inputs, opened: openedAs(inputs), revision, ...cursor });
  if (isFailure(reply)) act(actions.runFailed, revision, reply);
}

/** Stops a run that is under way; what it has done so far is kept. */
export function cancel(): void {
  tell("cancel", { revision: state.peek().revision });
}
