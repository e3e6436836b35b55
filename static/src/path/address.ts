// The address holds what is simulated and which hop of which event is looked at.
import type { Inputs } from "../schemas.ts";
import { hooksIn } from "./geometry.ts";
import type { OwnEvent } from "./own.ts";
import * as state from "./state.ts";

interface Kept {
  s: string;
  p: Readonly<Record<string, number>>;
  n: number;
  a: readonly state.Attachment[];
  y?: string;
  o?: readonly OwnEvent[];
}

function encode(kept: Kept): string {
  const bytes = new TextEncoder().encode(JSON.stringify(kept));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function decode(text: string): Kept | null {
  try {
    const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    const kept: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof kept === "object" && kept !== null && "s" in kept ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

/** What is shown as an address; a capture stays out of it, for it is too long. */
export function addressOf(): string {
  const kept: Kept = { s: state.scenario.peek(), p: state.parameters.peek(), n: state.seed.peek(), a: state.attachments.peek() };
  const source = state.source.peek();
  const more = source === "script" ? { y: state.script.peek() } : source === "own" ? { o: state.own.peek() } : {};
  const query = new URLSearchParams({ of: encode({ ...kept, ...more }) });
  const row = state.event.peek()?.row;
  if (row !== undefined) {
    query.set("event", String(row.index));
    query.set("hop", String(state.hop.peek()));
  }
  return `/path?${query.toString()}`;
}

export function writeAddress(): void {
  history.replaceState(null, "", addressOf());
}

/** Takes what the address says; returns the event to look at, if it names one. */
export function readAddress(): number | null {
  const query = new URLSearchParams(location.search);
  const kept = decode(query.get("of") ?? "");
  const example = state.examples.peek().find(({ id }) => id === query.get("example"));
  if (kept !== null) {
    state.scenario.value = kept.s;
    state.parameters.value = kept.p;
    state.seed.value = kept.n;
    state.attachments.value = kept.a;
    if (kept.y !== undefined) {
      state.script.value = kept.y;
      state.source.value = "script";
    } else if (kept.o !== undefined) {
      state.own.value = kept.o;
      state.source.value = "own";
    }
  } else {
    const program = state.programs.peek().find(({ id }) => id === query.get("example"));
    if (example === undefined && program !== undefined) {
      takeProgram(program.inputs);
      return null;
    }
    const first = example ?? state.examples.peek().find(({ group }) => group === "security") ?? state.examples.peek()[0];
    if (first !== undefined) takeExample(first.id);
  }
  const event = Number(query.get("event") ?? Number.NaN);
  state.hop.value = Number(query.get("hop") ?? 0) || 0;
  return Number.isInteger(event) ? event : null;
}

/** Attaches a program of the workbench where it says, on the first scenario in which programs are usually attached there. */
export function takeProgram({ source, hook }: Pick<Inputs, "source" | "hook">): void {
  const suited = state.scenarios.peek().find(({ attach }) => attach.some((place) => place === hook || place.startsWith(`${hook}:`)));
  state.source.value = "scenario";
  state.scenario.value = suited?.id ?? state.scenario.peek();
  state.parameters.value = {};
  state.attachments.value = [{ source, place: hooksIn(source) > 0 ? "" : placeOf(hook) }];
}

/** A place at a hook, for a program that names none. */
function placeOf(hook: string): string {
  const known = state.stations.peek().flatMap(({ hooks }) => hooks.filter(({ name }) => name === hook));
  return known[0]?.example ?? hook;
}

/** Chooses a program and scenario that are built in. */
export function takeExample(id: string): void {
  const found = state.examples.peek().find((example) => example.id === id);
  if (found === undefined) return;
  state.source.value = "scenario";
  state.scenario.value = found.inputs.scenario;
  state.parameters.value = found.inputs.parameters;
  state.seed.value = found.inputs.seed;
  state.attachments.value = found.inputs.attachments;
}
