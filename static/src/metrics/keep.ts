// What the page opens with, and keeping the texts: in this browser at once, on the server when the keys have rested.
import { batch, effect, signal } from "@preact/signals";
import { api, RequestFailed } from "../api.ts";
import { readDraft } from "../autosave.ts";
import { keep, recall } from "../prefs.ts";
import type { Manifests, MetricsExample, PolicyExample } from "../schemas.ts";
import * as state from "./state.ts";

const LOCAL_IDLE = 250;
const SERVER_IDLE = 1_000;
const RETRY = 5_000;

export interface Examples {
  metrics: MetricsExample[];
  policies: PolicyExample[];
}

const NOTHING: Manifests = { rules: null, policies: null, cluster: null, scenario: "" };
let version = 0;
let touched = false;

function localKey(): string {
  const program = state.program.peek();
  return `manifests:${program?.id ?? `example:${program?.example ?? ""}`}`;
}

function texts(): Manifests {
  return { rules: state.rules.peek(), policies: state.policies.peek(), cluster: state.cluster.peek(), scenario: state.scenario.peek() };
}

function readLocal(): Manifests | null {
  const kept = recall(localKey()) as Partial<Manifests> | null;
  return typeof kept === "object" && kept !== null && "policies" in kept ? { ...NOTHING, ...kept } : null;
}

function show(manifests: Manifests, rules: string | null, { policies: [policy] }: Examples): void {
  batch(() => {
    state.scenario.value = manifests.scenario;
    state.rules.value = manifests.rules ?? rules;
    state.policies.value = manifests.policies ?? policy?.policies ?? "";
    state.cluster.value = manifests.cluster ?? policy?.cluster ?? "";
    state.given.value += 1;
  });
}


async function openSaved(id: string, examples: Examples): Promise<void> {
  const [doc, kept] = await Promise.all([api.workspace(id), api.manifests(id)]);
  // What the workbench has changed and not sent yet is what is on its screen.
  const draft = readDraft(id);
  const inputs = draft?.dirty ? draft.inputs : doc.inputs;
  version = kept.version;
  state.program.value = { id, example: null, title: doc.title, inputs };
  state.saving.value = "saved";
  show(readLocal() ?? kept.manifests, null, examples);
}

async function openExample(wanted: string | null, examples: Examples): Promise<void> {
  const own = examples.metrics.find(({ id }) => id === wanted) ?? (wanted === null ? examples.metrics[0] : undefined);
  const other = own === undefined ? (await api.examples()).find(({ id }) => id === wanted) : undefined;
  const found = own ?? other;
  if (found === undefined) throw new RequestFailed({ code: "not-found", message: "There is no such example here.", hint: "Choose another from the list.", span: null });
  state.program.value = { id: null, example: found.id, title: found.title, inputs: found.inputs };
  show(readLocal() ?? { ...NOTHING, scenario: own?.scenario ?? "" }, own?.rules ?? null, examples);
  if (readLocal() !== null) state.saving.value = "local";
}

/** Opens what the address names: `?w=` a saved program, `?example=`, or the first example. */
export async function open(search: string): Promise<void> {
  const query = new URLSearchParams(search);
  try {
    const examples = await api.metricsExamples();
    state.examples.value = examples.metrics;
    state.policyExamples.value = examples.policies;
    const id = query.get("w");
    if (id !== null) await openSaved(id, examples);
    else await openExample(query.get("example"), examples);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    state.failure.value = error.failure;
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;
let busy = false;

/** A program that was only looked at so far becomes a saved one with the first change of its rules. */
async function create(): Promise<string> {
  const program = state.program.peek();
  if (program === null) throw new TypeError("there is no program to save");
  if (program.id !== null) return program.id;
  const place = { packet: 0, step: 0, breakpoints: [], conditions: {}, panes: {} };
  const { id } = await api.create({ title: program.title, inputs: program.inputs, place, base: 0 });
  keep(localKey(), null);
  state.program.value = { ...program, id, example: null };
  history.replaceState(null, "", `/metrics?w=${encodeURIComponent(id)}`);
  return id;
}

async function save(): Promise<void> {
  clearTimeout(timer);
  if (busy) return;
  busy = true;
  state.saving.value = "saving";
  const sent = texts();
  try {
    const id = await create();
    const reply = await api.saveManifests(id, { manifests: sent, base: version });
    version = reply.version;
    other.value = reply.conflict;
    const current = JSON.stringify(sent) === JSON.stringify(texts());
    keep(localKey(), current ? null : texts());
    state.saving.value = current ? "saved" : "local";
    if (!current) timer = setTimeout(() => void save(), SERVER_IDLE);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    state.saving.value = "offline";
    timer = setTimeout(() => void save(), RETRY);
  } finally {
    busy = false;
  }
}

/** What another tab had saved in between, and this one has overwritten. */
export const other = signal<Manifests | null>(null);

/** Puts the other tab's texts back; saving them overwrites these in turn. */
export function takeOther(): void {
  const theirs = other.peek();
  if (theirs === null) return;
  other.value = null;
  batch(() => {
    state.rules.value = theirs.rules;
    state.policies.value = theirs.policies ?? "";
    state.cluster.value = theirs.cluster ?? "";
    state.scenario.value = theirs.scenario;
    state.given.value += 1;
  });
  changed();
}

/** A text was typed: kept here soon, on the server when the keys rest. */
export function changed(): void {
  touched = true;
  state.saving.value = "local";
  clearTimeout(timer);
  setTimeout(() => touched && keep(localKey(), texts()), LOCAL_IDLE);
  timer = setTimeout(() => void save(), SERVER_IDLE);
}

export function saveIfOffline(): void {
  if (state.saving.peek() === "offline") void save();
}

/** Puts an example's texts in place of what there is; undo in the editors brings that back. */
export function takePolicies({ policies, cluster }: PolicyExample): void {
  batch(() => {
    state.policies.value = policies;
    state.cluster.value = cluster;
    state.given.value += 1;
  });
  changed();
}

/** Measures by another scenario, or by the program's own packets. */
export function measureBy(scenario: string): void {
  batch(() => {
    state.at.value = null;
    state.scenario.value = scenario;
  });
  changed();
}

/** The scenarios to choose from; without them there are the program's own packets. */
export async function loadScenarios(): Promise<void> {
  try {
    if (state.scenarios.peek().length === 0) state.scenarios.value = await api.scenarios();
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
  }
}

/** Keeps what was typed when someone leaves at once. */
export function startKeeping(): void {
  addEventListener("pagehide", () => {
    if (touched && state.saving.peek() !== "saved") keep(localKey(), texts());
  });
  effect(() => {
    document.title = state.program.value === null ? "Metrics · Hookscope" : `${state.program.value.title} · Metrics · Hookscope`;
  });
}
