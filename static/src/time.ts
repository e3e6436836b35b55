// Moving in time. Every move ends in one `moveTo`; finding a stop may need the server.
import * as actions from "./actions.ts";
import { isFailure } from "./api.ts";
import { relate, watchOf, type Link } from "./related.ts";
import type { StopRequest } from "./schemas.ts";
import * as select from "./select.ts";
import { findStop } from "./stops.ts";
import { act, state } from "./store.ts";
import { neighbour, stepsOf } from "./trace.ts";
import { askStop } from "./transport.ts";
import { sentence } from "./views/words.ts";

type Until = StopRequest["until"];
type Direction = StopRequest["direction"];

export function seek(step: number): void {
  act(actions.moveTo, { packet: state.peek().cursor.packet, step });
}

export function seekPacket(packet: number, step = 0): void {
  act(actions.moveTo, { packet, step });
}

/** One step, into the next or the previous packet at the ends. */
export function step(by: 1 | -1): void {
  const { cursor } = state.peek();
  const place = neighbour(state.peek(), cursor, by);
  if (place !== null) act(actions.moveTo, place);
}

function request(until: Until, direction: Direction): StopRequest {
  const { run, cursor, breakpoints } = state.peek();
  const plain = breakpoints.filter(({ condition }) => condition === null);
  const pcs = plain.flatMap(({ line }) => select.slotOfLine.peek().get(line)?.pc ?? []);
  const conditions = Object.fromEntries(
    breakpoints.flatMap(({ line, condition }) => (condition === null ? [] : [[String(line), condition]])),
  );
  return { run: run?.run ?? "", ...cursor, direction, until, lines: breakpoints.map(({ line }) => line), pcs, conditions, watches: [] };
}

async function go(wanted: StopRequest): Promise<void> {
  if (state.peek().run === null) return;
  const asked = state.peek().cursor;
  const found = findStop(state.peek(), wanted);
  const reply = found === "unknown" ? await askStop(wanted) : found;
  if (isFailure(reply)) return act(actions.toast, sentence(reply.message));
  if (state.peek().cursor === asked) act(actions.moveTo, reply, reply.why === "" ? "" : `Stopped: ${reply.why}.`);
}

/** Over, into, out; at the end of a packet, on to the next one. */
export async function stepUntil(until: Until, direction: Direction): Promise<void> {
  const { cursor } = state.peek();
  const end = direction === "forward" ? stepsOf(state.peek(), cursor.packet) : 0;
  if (cursor.step === end) return step(direction === "forward" ? 1 : -1);
  await go(request(until, direction));
}

export async function continueTo(until: Until, direction: Direction): Promise<void> {
  await go(request(until, direction));
}

/** To the nearest change of a thing before here, or after. */
export async function toChange(link: Link, direction: Direction): Promise<void> {
  const watch = watchOf(link, select.dataOffset.peek());
  if (watch === null) return;
  await go({ ...request("breakpoint", direction), lines: [], pcs: [], conditions: {}, watches: [watch] });
}

/** To the nearest step of this packet that ran `pc`, back first. */
export function toPc(pc: number): void {
  const window = select.window.peek();
  if (window === undefined) return;
  const here = state.peek().cursor.step;
  const at = window.steps.map((step, i) => (step.pc === pc ? window.first + i : -1)).filter((k) => k >= 0);
  const before = at.filter((k) => k <= here).at(-1);
  const target = before ?? at[0];
  if (target !== undefined) seek(target);
}

/** To the state after the nearest step that reads or changes a thing, among the steps at hand. */
export function toUse(link: Link, by: 1 | -1): void {
  const { steps } = relate(link, select.window.peek(), 0);
  const here = state.peek().cursor.step;
  const after = [...steps].map((step) => step + 1).filter((step) => (by > 0 ? step > here : step < here));
  const target = by > 0 ? Math.min(...after) : Math.max(...after);
  if (after.length > 0) seek(target);
  else act(actions.toast, by > 0 ? "Not used again in this stretch of the run." : "Not used before in this stretch of the run.");
}
