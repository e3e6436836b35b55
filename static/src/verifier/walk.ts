// The walk of the verifier that is looked at: fetched when its screen, or what is proved, is on view.
import type { WalkPlace } from "../link.ts";
import { batch, computed, effect, signal } from "@preact/signals";
import { isFailure } from "../api.ts";
import type { ExplainReply, ExploreReply, Failure, FrameKnown, KnownReply, LogReply, LoopProgress, RegView, WalkProgress, WalkStep, WalkWindow } from "../schemas.ts";
import { screen } from "../screen.ts";
import * as select from "../select.ts";
import { state } from "../store.ts";
import { ask, listen } from "../transport.ts";
import * as verdict from "../verdict.ts";
import { forkFrom, pathFrom, placeOf, visitOf } from "./paths.ts";
import * as views from "./shown.ts";

const WINDOW = 512;
/** After the last key: when the program is walked again. */
const IDLE = 250;
/** Steps of a walk that the server keeps for sure. */
const KEPT = 20_000;
export const WALK_LIMIT = 100_000;
export const LINUX_LIMIT = 1_000_000;

export const walk = signal<ExploreReply | null>(null);
export const failure = signal<Failure | null>(null);
/** The walk under way; null where none is. */
export const progress = signal<Progress | null>(null);
/** The kept step looked at, counted from 0: the state is the one before it. */
export const at = signal(0);
/** Which program of the file; the one refused, until one is chosen. */
export const chosen = signal<number | null>(null);
export const limit = signal(WALK_LIMIT);
export const windows = signal<ReadonlyMap<number, WalkWindow>>(new Map());
export const known = signal<KnownReply | null>(null);
export const log = signal<LogReply | null>(null);
/** The last explanation that came, of whatever walk. */
const explained = signal<{ walk: string; reply: ExplainReply } | null>(null);
/** Why the walk on screen was refused, once that has come. A walk's name stands for its text, hook, profile and program. */
export const explanation = computed(() => (explained.value?.walk === walk.value?.walk ? (explained.value?.reply.explanation ?? null) : null));
/** Whether somebody wants to know what was proved, beside the run. */
export const wanted = signal(false);

/** On the workbench the program that runs here; on the verifier's own screen the one chosen, or refused. */
export const program = computed(() => {
  if (screen.value === "workbench") return select.snapshot.value?.program ?? 0;
  return chosen.value ?? verdict.decisive.value?.index ?? 0;
});
export const count = computed(() => walk.value?.indexes.length ?? 0);
export const stale = computed(() => walk.value === null || walk.value.revision !== state.value.revision);
/** A walk of an older text is on screen. */
export const dim = computed(() => walk.value !== null && stale.value);
export const window = computed(() => windows.value.get(Math.floor(at.value / WINDOW)));

/** What was known at each slot, over all paths. */
export const places = computed(() => new Map((known.value?.places ?? []).map((place) => [place.pc, place])));

export interface Progress {
  done: number;
  total: number;
  loop: LoopProgress | null;
  /** When it was begun, as the page's clock has it. */
  since: number;
}

export interface Seen {
  step: WalkStep;
  frames: readonly FrameKnown[];
  values: readonly RegView[];
}

function seenAt(place: number): Seen | null {
  const found = windows.value.get(Math.floor(place / WINDOW));
  const step = found?.steps[place - found.first];
  if (found === undefined || step === undefined) return null;
  return { step, values: found.values, frames: step.frames.flatMap((index) => found.frames[index] ?? []) };
}

/** The step looked at with its state; the last one known while the right one is on its way. */
let shown: Seen | null = null;
export const here = computed(() => (shown = count.value === 0 ? null : (seenAt(at.value) ?? shown)));
/** The step before on the same path, to tell what just changed. */
export const before = computed(() => {
  const now = walk.value;
  if (now === null || at.value === 0 || now.paths_of[at.value] !== now.paths_of[at.value - 1]) return null;
  return seenAt(at.value - 1);
});
export const pc = computed(() => walk.value?.pcs[at.value] ?? null);
export const path = computed(() => walk.value?.paths.find(({ id }) => id === walk.value?.paths_of[at.value]) ?? null);

/* ---------- the place, as a link holds it ---------- */

export const place = computed<WalkPlace>(() => ({
  step: walk.value?.indexes[at.value] ?? null,
  program: chosen.value,
  profile: verdict.profile.value,
  far: limit.value > WALK_LIMIT,
  allPaths: views.knew.value === "all",
  pathList: views.flow.value === "paths",
}));

/** The step that a link names, until its walk has come. */
let linked: number | null = null;

/** Opens the place of a link; who loads the program is as it was there, and no choice of one's own. */
export function restore(to: WalkPlace): void {
  batch(() => {
    linked = to.step;
    chosen.value = to.program;
    verdict.profile.value = to.profile;
    if (to.far) limit.value = LINUX_LIMIT;
    views.knew.value = to.allPaths ? "all" : "path";
    views.flow.value = to.pathList ? "paths" : "drawing";
  });
}

/* ---------- moving ---------- */

export function seek(place: number): void {
  at.value = Math.max(0, Math.min(count.peek() - 1, place));
}

export const step = (by: number): void => seek(at.peek() + by);

export function toFork(by: 1 | -1): void {
  if (walk.peek() !== null) seek(forkFrom(walk.peek()!, at.peek(), by));
}

export function toPath(by: 1 | -1): void {
  if (walk.peek() !== null) seek(pathFrom(walk.peek()!, at.peek(), by));
}

/** To a step by its number in the walk. */
export function toIndex(index: number): void {
  if (walk.peek() !== null) seek(placeOf(walk.peek()!.indexes, index));
}

export function toPc(to: number): void {
  const place = walk.peek() === null ? null : visitOf(walk.peek()!, to, at.peek());
  if (place !== null) seek(place);
}

/* ---------- fetching ---------- */

function request() {
  const { inputs, revision } = state.peek();
  return { source: inputs.source, hook: inputs.hook, profile: verdict.profile.peek(), limit: limit.peek(), program: program.peek(), revision };
}

function took(reply: ExploreReply): void {
  const old = walk.peek();
  const same = reply.walk === old?.walk && reply.verdict.processed === old.verdict.processed;
  const ended = reply.verdict.accepted ? 0 : reply.indexes.length - 1;
  batch(() => {
    if (!same) {
      windows.value = new Map();
      known.value = log.value = null;
      at.value = reply.verdict.accepted && walk.peek()?.verdict.accepted ? Math.min(at.peek(), Math.max(0, reply.indexes.length - 1)) : Math.max(0, ended);
    }
    if (linked !== null) at.value = placeOf(reply.indexes, linked);
    linked = null;
    walk.value = reply;
    failure.value = null;
    keepWindow(reply.window);
  });
}

function keepWindow(found: WalkWindow | null): void {
  if (found !== null && found.walk === walk.peek()?.walk) windows.value = new Map(windows.peek()).set(found.window, found);
}

let asked = "";
/** Answers and progress of any but the last walk asked for are not looked at. */
let number = 0;
/** What was asked to have the walk on screen: a server process that has forgotten it walks it again. */
let origin: ReturnType<typeof request> | null = null;

/** Walks what is there now, instead of anything asked for before; its end is pushed. */
async function explore(): Promise<void> {
  const message = request();
  const name = JSON.stringify(message);
  if (asked === name || verdict.stale.peek() || verdict.programs.peek().length === 0) return;
  asked = name;
  number += 1;
  const mine = number;
  progress.value = { done: 0, total: message.limit, loop: null, since: performance.now() };
  const reply = await ask<{ accepted: boolean }>("walk", { ...message, ask: mine });
  if (mine !== number) return;
  if (reply === null) forget();
  else if (isFailure(reply)) failed(reply);
  else origin = message;
}

/** No walk is under way any more, and the same may be asked for again. */
function forget(): void {
  progress.value = null;
  asked = "";
}

function failed(found: Failure): void {
  progress.value = null;
  failure.value = found;
}

function progressed(message: WalkProgress | Failure): void {
  const now = progress.peek();
  if (isFailure(message) || message.ask !== number || now === null) return;
  progress.value = { ...now, done: message.done, total: message.total, loop: message.loop };
}

async function done(reply: ExploreReply | Failure): Promise<void> {
  if (isFailure(reply)) return;
  if (reply.ask !== number) return;
  progress.value = null;
  took(reply);
  void fetchKnown();
  if (screen.peek() === "verifier") await explain();
}

/** Stops the walk: what it has done so far is shown, and it can go on from there. */
export function stop(): void {
  void ask("walk:cancel", { revision: state.peek().revision });
}

/** The explanation's words stand under the line, too: of the text as it is now, which may be one that was taken back. */
function tellEditor({ revision, program }: ExploreReply): void {
  const text = explanation.peek()?.problem;
  if (text !== undefined && origin !== null) verdict.explained.value = { revision, profile: origin.profile, program, text };
}

/** The walk whose explanation is on its way. */
let explaining = "";

async function explain(): Promise<void> {
  const { source, hook, profile, limit, program, revision } = request();
  const now = walk.peek();
  if (now === null || now.verdict.accepted || now.verdict.stopped || now.walk === explaining) return;
  if (now.walk === explained.peek()?.walk) return tellEditor(now);
  explaining = now.walk;
  const reply = await ask<ExplainReply>("explain", { source, hook, revision, program, profile, limit });
  if (explaining === now.walk) explaining = "";
  if (reply === null || isFailure(reply)) return;
  explained.value = { walk: now.walk, reply };
  tellEditor(now);
}

/** A server that has forgotten the walk is asked to walk again. */
async function about<T>(event: string, message: object): Promise<T | null> {
  const name = walk.peek()?.walk;
  if (name === undefined) return null;
  const reply = await ask<T>(event, { walk: name, of: origin, ...message });
  if (reply === null || name !== walk.peek()?.walk) return null;
  if (!isFailure(reply)) return reply;
  if (reply.code === "unknown-walk") {
    forget();
    await explore();
  }
  return null;
}

const inFlight = new Set<string>();

async function fetchWindow(): Promise<void> {
  const number = Math.floor(at.peek() / WINDOW);
  const name = `${walk.peek()?.walk}:${number}`;
  if (count.peek() === 0 || windows.peek().has(number) || inFlight.has(name)) return;
  inFlight.add(name);
  keepWindow(await about<WalkWindow>("walk:window", { window: number }));
  inFlight.delete(name);
}

export async function fetchKnown(): Promise<void> {
  if (known.peek()?.walk === walk.peek()?.walk) return;
  known.value = (await about<KnownReply>("walk:known", {})) ?? known.peek();
}

export async function fetchLog(first = -400): Promise<void> {
  log.value = (await about<LogReply>("walk:log", { first })) ?? log.peek();
}

/** Walks as far as Linux would; a walk that was stopped goes on. */
export function walkOn(): void {
  limit.value = LINUX_LIMIT;
  forget();
  void explore();
}

/** Beside a run: once that is there, and where the server keeps every step, as else nothing is claimed of all runs. */
const worthwhile = computed(() => {
  const processed = verdict.programs.value[program.value]?.processed ?? 0;
  return wanted.value && select.run.value !== null && !select.stale.value && processed > 0 && processed <= KEPT;
});

export function startWalks(): void {
  listen<WalkProgress>("walk:progress", progressed);
  listen<ExploreReply>("walk:done", (reply) => void done(reply));
  listen<{ failure: Failure }>("walk:failed", (reply) => {
    if (isFailure(reply)) failed(reply);
  });
  effect(() => {
    if (select.connection.value === "lost" && progress.peek() !== null) queueMicrotask(forget);
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let revision = -1;
  effect(() => {
    void [verdict.reply.value, program.value, limit.value];
    if (screen.value !== "verifier" && !worthwhile.value) return;
    const idle = state.peek().revision === revision || walk.peek() === null ? 0 : IDLE;
    revision = state.peek().revision;
    clearTimeout(timer);
    timer = setTimeout(() => void explore(), idle);
  });
  effect(() => {
    void [walk.value, at.value];
    void fetchWindow();
  });
  effect(() => {
    if (screen.value === "verifier" && walk.value !== null) void explain();
  });
}
