// The connection to the server: what begins when it is there, and the questions that views ask by themselves.
import * as actions from "./actions.ts";
import { api, isFailure } from "./api.ts";
import { forget, startFetching } from "./fetching.ts";
import { checkNow, hear, startRunning } from "./running.ts";
import type { Failure, StopReply, StopRequest, WindowReply } from "./schemas.ts";
import { ask, open } from "./socket.ts";
import { act, state } from "./store.ts";

export function connect(): void {
  const socket = open();
  const connected = () => {
    forget();
    act(actions.connected, "online");
    void checkNow();
  };
  socket.on("connect", connected);
  socket.on("disconnect", () => act(actions.connected, "lost"));
  socket.on("connect_error", () => act(actions.connected, "lost"));
  hear(socket);
  startRunning();
  startFetching();
  if (socket.connected) connected(); // the page behind which the workbench waits had opened it
}

/** Where continuing would stop, by the server's knowledge of the whole run. */
export async function askStop(request: StopRequest): Promise<StopReply | Failure> {
  const reply = await ask<StopReply>("stop", request);
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
  const reply = await ask<WindowReply>("window", { run: run.run, packet, window });
  return isFailure(reply) ? null : reply;
}

export async function loadReference(): Promise<void> {
  try {
    act(actions.gotReference, await api.reference());
  } catch {
    // completion and hover do without it
  }
}

export { askGraph, cancel, checkNow, runNow } from "./running.ts";
export { ask, connected, listen, reconnect } from "./socket.ts";
