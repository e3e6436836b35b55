// What the path page knows: one signal for each thing, changed by the functions of this folder alone.
import { computed, signal } from "@preact/signals";
import type {
  AttachmentInput,
  AuditLine,
  EventView,
  ExampleView,
  Failure,
  OutcomeRow,
  ReplacementInput,
  ScenarioView,
  ScriptReply,
  SimulationExample,
  SimulationInputs,
  SimulationProgress,
  SimulationReply,
  StationView,
} from "../schemas.ts";
import { hooksIn } from "./geometry.ts";
import { ownScript, type OwnEvent } from "./own.ts";

export const stations = signal<readonly StationView[]>([]);
export const devices = signal<readonly string[]>([]);
export const scenarios = signal<readonly ScenarioView[]>([]);
/** Programs on scenarios, built in. */
export const examples = signal<readonly SimulationExample[]>([]);
/** Programs of the workbench's examples, to attach one at a time. */
export const programs = signal<readonly ExampleView[]>([]);
export const failure = signal<Failure | null>(null);
export const online = signal(true);

export type Source = "scenario" | "own" | "script" | "capture";
export const source = signal<Source>("scenario");
export const scenario = signal("syn-flood");
export const parameters = signal<Readonly<Record<string, number>>>({});
export const seed = signal(1);
export const script = signal("");
export const scriptReply = signal<ScriptReply | null>(null);
/** A pcap file in base64, and its name. */
export const capture = signal<{ name: string; data: string } | null>(null);

/** What takes an attachment's place at a time; without a text it is detached. */
export interface Later {
  time_ns: number;
  source: string;
}

/** A program at a place, and what becomes of it while events flow. */
export interface Attachment extends AttachmentInput {
  later?: readonly Later[];
}

export const attachments = signal<readonly Attachment[]>([]);
/** Packets and calls made by hand, in order. */
export const own = signal<readonly OwnEvent[]>([]);

/** The server counts attachments program by program: a text without a place may hold several. */
export const replacements = computed<ReplacementInput[]>(() => {
  let number = 0;
  return attachments.value.flatMap(({ source, place, later = [] }) => {
    const attachment = number;
    number += place === "" ? Math.max(1, hooksIn(source)) : 1;
    return later.map(({ time_ns, source: text }) => ({ attachment, time_ns, source: text }));
  });
});

function scriptOf(): string {
  if (source.value === "script") return script.value;
  return source.value === "own" ? ownScript(own.value) : "";
}

/** What would be simulated now. */
export const inputs = computed<SimulationInputs>(() => ({
  scenario: source.value === "scenario" ? scenario.value : "",
  parameters: source.value === "scenario" ? { ...parameters.value } : {},
  script: scriptOf(),
  capture: source.value === "capture" ? (capture.value?.data ?? "") : "",
  packets: [],
  times_ns: [],
  device: devices.value[0] ?? "eth0",
  seed: seed.value,
  attachments: attachments.value.map(({ source, place }) => ({ source, place })),
  replacements: replacements.value,
}));

/** Whether there is anything to simulate: a script that is empty makes nothing old. */
export const something = computed(() => {
  const { scenario: id, capture: file, script: text } = inputs.value;
  return id !== "" || file !== "" || text.trim() !== "";
});

export const progress = signal<SimulationProgress | null>(null);
export const reply = signal<SimulationReply | null>(null);
/** The inputs of what is shown; other ones now make it stale. */
export const ran = signal("");
export const stale = computed(() => ran.value !== "" && something.value && ran.value !== JSON.stringify(inputs.value));
export const running = computed(() => progress.value !== null && !progress.value.ended);
export const simulation = computed(() => progress.value?.simulation ?? reply.value?.simulation ?? "");
export const counts = computed(() => reply.value?.stations ?? progress.value?.stations ?? []);
export const ends = computed<Readonly<Record<string, number>>>(() => reply.value?.ends ?? progress.value?.ends ?? {});

export interface Filter {
  ends: readonly string[];
  truths: readonly string[];
  stations: readonly string[];
  kinds: readonly string[];
  text: string;
}

export const NO_FILTER: Filter = { ends: [], truths: [], stations: [], kinds: ["packet"], text: "" };
/** Where no packet is: the list begins with whatever happened. */
export const EVERYTHING: Filter = { ...NO_FILTER, kinds: [] };
export const filter = signal<Filter>(NO_FILTER);
/** Rows by their place in the filtered list; those not there have not been asked for. */
export const rows = signal<ReadonlyMap<number, OutcomeRow>>(new Map());
export const total = signal(0);

/** The happening that is looked at, and at which of its hops it is. */
export const event = signal<EventView | null>(null);
export const hop = signal(0);
export const station = signal<string | null>(null);
export const audit = signal<{ total: number; lines: readonly AuditLine[] } | null>(null);

export type Tab = "packets" | "score" | "drops" | "audit" | "outputs" | "maps";
export const tab = signal<Tab>("packets");

export function titleOf(id: string): string {
  return stations.value.find((known) => known.id === id)?.title ?? id;
}
