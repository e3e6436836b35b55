// Opening the run at a hop in the workbench: asked for as soon as somebody rests there, so that it is at hand.
import { effect } from "@preact/signals";
import { isFailure } from "../api.ts";
import { front } from "../front.ts";
import { leave } from "../opened.ts";
import type { EventView, Failure, OpenReply } from "../schemas.ts";
import { ask } from "../socket.ts";
import { bringWorkbench, WORKBENCH } from "./behind.ts";
import * as play from "./play.ts";
import * as state from "./state.ts";

/** Milliseconds at one hop after which its run is asked for. */
const REST = 120;
const LOST: Failure = { code: "unreachable", message: "The server did not answer.", hint: "The packet stays here; try again when it is back.", span: null };

type Answer = Promise<OpenReply | Failure | null>;
let ahead: { key: string; answer: Answer } | null = null;

/** The hop the workbench would open: the one looked at, or the last one before it with a program. */
export function openable(): number | null {
  const hops = state.event.peek()?.hops ?? [];
  for (let n = Math.min(state.hop.peek(), hops.length - 1); n >= 0; n -= 1) if (hops[n]?.steppable === true) return n;
  const first = hops.findIndex(({ steppable }) => steppable);
  return first >= 0 ? first : null;
}

/** The run of a hop, asked for once. */
function runOf(event: EventView, hop: number): Answer {
  const request = { simulation: state.simulation.peek(), index: event.row.index, hop };
  const key = JSON.stringify(request);
  if (ahead?.key !== key) ahead = { key, answer: ask<OpenReply>("simulate:open", request) };
  return ahead.answer;
}

/** Opens the run at a hop in the workbench. */
export async function openHop(hop: number): Promise<void> {
  const event = state.event.peek();
  if (event === null) return;
  const answer = await runOf(event, hop);
  if (answer === null || isFailure(answer)) {
    ahead = null;
    state.failure.value = answer ?? LOST;
    return;
  }
  play.pause();
  const { kind, event: number } = event.row;
  const run = { ...answer, back: location.pathname + location.search, from: `${kind === "packet" ? "Packet" : "Event"} ${number + 1}` };
  leave(run);
  if (!(await bringWorkbench(run))) location.assign(WORKBENCH);
}

/** From now on the run of a hop that somebody rests at is asked for ahead. */
export function startOpening(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const event = state.event.value;
    void state.hop.value;
    clearTimeout(timer);
    if (event === null || play.playing.value) return;
    timer = setTimeout(() => {
      const hop = openable();
      if (hop !== null && front.peek() === "path" && state.event.peek() === event) void runOf(event, hop);
    }, REST);
  });
}
