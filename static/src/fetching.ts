// Fetches what the place in time needs: the steps around it, its window, the windows beside that, the path, the packet.
import { effect } from "@preact/signals";
import * as actions from "./actions.ts";
import { api, isFailure } from "./api.ts";
import { runNow } from "./running.ts";
import type { MarksReply, WindowReply } from "./schemas.ts";
import * as select from "./select.ts";
import { ask } from "./socket.ts";
import { act, state } from "./store.ts";
import { apart, known, stepsOf, wanted, windowKey } from "./trace.ts";

const MAX_IN_FLIGHT = 4;
const DISSECT_AROUND = 32;
/** Milliseconds without a move after which the windows beside the one shown are fetched. */
const REST = 150;
/** A window that few steps away is fetched at once. */
const NEAR = 128;

const inFlight = new Set<string>();

/** What was asked of a connection that is gone is not answered any more. */
export function forget(): void {
  inFlight.clear();
}

export function startFetching(): void {
  effect(() => {
    void [select.run.value, select.windows.value, select.glimpse.value, select.cursor.value];
    fetchWindows();
    fetchMarks();
  });
  effect(() => {
    void [select.inputs.value.packets, select.packet.value];
    void dissect();
  });
}

let glimpsing = false;

/** Where the window of the cursor is not there, the few steps about it are asked for first: they come sooner. */
function glimpse(): void {
  const now = state.peek();
  if (now.run === null || glimpsing || stepsOf(now, now.cursor.packet) === 0 || known(now, now.cursor)) return;
  const { packet, step } = now.cursor;
  const [window] = wanted(now, now.cursor);
  if (window === undefined) return;
  glimpsing = true;
  void ask<WindowReply>("window", { run: now.run.run, packet, window, around: step }).then((reply) => {
    glimpsing = false;
    if (reply === null) return;
    if (isFailure(reply)) return fetchWindow(packet, window);
    act(actions.gotGlimpse, reply);
    fetchWindows(); // perhaps somebody has moved on, or the run is another
  });
}

let resting: ReturnType<typeof setTimeout> | undefined;

/**
 * The server answers one question after the other, so that someone who jumps about never waits for what is only likely:
 * the window comes after the glimpse of it, and those beside it when nobody has moved for a moment or they are near.
 */
function fetchWindows(): void {
  const { run, windows, cursor } = state.peek();
  clearTimeout(resting);
  if (run === null) return;
  glimpse();
  const [own, ...beside] = wanted({ run }, cursor);
  if (own === undefined) return;
  if (!windows.has(windowKey(cursor.packet, own))) {
    if (!glimpsing) fetchWindow(cursor.packet, own);
    return;
  }
  for (const window of beside) if (apart(cursor.step, window) <= NEAR) fetchWindow(cursor.packet, window);
  resting = setTimeout(() => beside.forEach((window) => fetchWindow(cursor.packet, window)), REST);
}

function fetchWindow(packet: number, window: number): void {
  const { run, windows } = state.peek();
  const key = windowKey(packet, window);
  if (run === null || windows.has(key) || inFlight.has(key) || inFlight.size >= MAX_IN_FLIGHT) return;
  inFlight.add(key);
  void ask<WindowReply>("window", { run: run.run, packet, window }).then((reply) => {
    inFlight.delete(key);
    if (reply === null) return;
    if (!isFailure(reply)) act(actions.gotWindow, reply);
    else if (reply.code === "unknown-run") void runNow();
  });
}

const marksAsked = new Set<string>();

function fetchMarks(): void {
  const { run, marks, cursor } = state.peek();
  if (run === null || marks.has(cursor.packet) || stepsOf({ run }, cursor.packet) === 0) return;
  const key = `${run.run}:${cursor.packet}`;
  if (marksAsked.has(key)) return;
  marksAsked.add(key);
  void ask<MarksReply>("marks", { run: run.run, packet: cursor.packet }).then((reply) => {
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
