// Keeps the work: in this browser at once, on the server when the keys have rested for a second.
import { computed, effect, signal } from "@preact/signals";
import * as actions from "./actions.ts";
import { api, RequestFailed } from "./api.ts";
import { front } from "./front.ts";
import { keptSaid, type Here } from "./keeping.ts";
import { encodePlace } from "./link.ts";
import { keep, recall } from "./prefs.ts";
import { screen } from "./screen.ts";
import type { Failure, Place, SaveReply, SaveRequest } from "./schemas.ts";
import { act, state } from "./store.ts";
import type { Link } from "./related.ts";
import type { Cursor, State } from "./state.ts";
import { place } from "./verifier/walk.ts";

const LOCAL_IDLE = 250;
const SERVER_IDLE = 1_000;
const RETRY = 5_000;
/** Characters of packets that the browser keeps beside the program: storage is small, the text comes first. */
const LOCAL_PACKETS = 2_000_000;
const URL_IDLE = 300;

/** What this browser's storage took when the work was last kept, and why the server refused it. */
const here = signal<Here>("all");
const refusal = signal<Failure | null>(null);
const saving = computed(() => state.value.saving);

/** Where the work is kept, in words. */
export const kept = computed(() => keptSaid(saving.value, here.value, refusal.value));

/** What the browser keeps of one program; `dirty` until the server has it. */
export interface Draft {
  id: string | null;
  title: string;
  version: number;
  inputs: State["inputs"];
  place: Place;
  dirty: boolean;
}

export function draftKey(id: string | null): string {
  return `doc:${id ?? "draft"}`;
}

export function readDraft(id: string | null): Draft | null {
  const draft = recall(draftKey(id)) as Partial<Draft> | null;
  const whole = typeof draft?.inputs?.source === "string" && Array.isArray(draft.inputs.packets) && draft.place !== undefined;
  return whole ? ({ ...draft, place: { ...draft.place, conditions: draft.place?.conditions ?? {} } } as Draft) : null;
}

export function placeOf({ cursor, breakpoints, layout, verifierLayout }: Pick<State, "cursor" | "breakpoints" | "layout" | "verifierLayout">): Place {
  const conditions = breakpoints.flatMap(({ line, condition }) => (condition === null ? [] : [[line, condition]]));
  return {
    ...cursor,
    breakpoints: breakpoints.map(({ line }) => line),
    conditions: Object.fromEntries(conditions),
    panes: { width: layout.width, layout: JSON.stringify(layout), verifier: JSON.stringify(verifierLayout) },
  };
}

export function requestOf(now: State): SaveRequest {
  return { title: now.title, inputs: now.inputs, place: placeOf(now), base: now.version };
}

function keepLocally(dirty: boolean): void {
  const now = state.peek();
  const { id, title, version, inputs } = now;
  const draft: Draft = { id, title, version, inputs, place: placeOf(now), dirty };
  const size = inputs.packets.reduce((sum, hex) => sum + hex.length, 0);
  const whole = size <= LOCAL_PACKETS && keep(draftKey(id), draft);
  const text = whole || keep(draftKey(id), { ...draft, inputs: { ...inputs, packets: [], times_ns: [] } });
  here.value = whole ? "all" : text ? "text" : "nothing";
}

let server: ReturnType<typeof setTimeout> | undefined;
let busy = false;

async function saveNow(): Promise<void> {
  clearTimeout(server);
  if (busy) return;
  busy = true;
  const now = state.peek();
  const sent = now.revision;
  if (!waiting()) act(actions.setSaving, "saving");
  try {
    const reply = await send(now);
    if (now.id === null) keep(draftKey(null), null);
    act(actions.saved, reply.id, reply.version);
    if (reply.conflict !== null) await keepOther(now, reply.conflict);
    const current = state.peek().revision === sent && state.peek().title === now.title;
    act(actions.setSaving, !current ? "local" : reply.lasting ? "saved" : "fleeting");
    keepLocally(!current || !reply.lasting);
    showAddress();
    if (!current) server = setTimeout(() => void saveNow(), SERVER_IDLE);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    refusal.value = error.failure;
    act(actions.setSaving, error.failure.code === "unreachable" ? "offline" : "refused");
    keepLocally(true);
    server = setTimeout(() => void saveNow(), RETRY);
  } finally {
    busy = false;
  }
}

/** The server could not be had, or would not: it is asked again, and until then that is what is said. */
function waiting(): boolean {
  return state.peek().saving === "offline" || state.peek().saving === "refused";
}

/** A server that does not know the program (its data is gone, or this is another one) is given it as a new one. */
async function send(now: State): Promise<SaveReply> {
  if (now.id === null) return api.create(requestOf(now));
  try {
    return await api.save(now.id, requestOf(now));
  } catch (error) {
    if (!(error instanceof RequestFailed) || error.failure.code !== "not-found") throw error;
    return api.create({ ...requestOf(now), base: 0 });
  }
}

/** Another tab saved a different text since this one was read: it becomes a program of its own, so nothing is lost. */
async function keepOther(now: State, source: string): Promise<void> {
  const copy = await api.create({ ...requestOf(now), title: `${now.title} (from the other tab)`, inputs: { ...now.inputs, source }, base: 0 });
  act(actions.toast, "Another tab had changed this program. Its text is kept as a program of its own.", false, `/w/${copy.id}`);
}

/** The place looked at, in the run or in the verifier's walk. */
function fragment(cursor: Cursor, pin: Link | null): string {
  const walk = place.peek();
  return encodePlace(cursor.packet, cursor.step, pin, walk.profile, screen.peek() === "verifier" ? walk : null);
}

/** An example that was changed has the address under which this browser finds it again, also before the server has it. */
function showAddress(): void {
  if (front.peek() !== "workbench") return;
  const { id, cursor, pin, saving } = state.peek();
  const untouched = id === null && saving === "untouched";
  const path = untouched ? location.pathname : id === null ? "/workbench" : `/w/${id}`;
  const search = untouched ? location.search : screen.peek() === "verifier" ? "?view=verifier" : "";
  const url = `${path}${search}${fragment(cursor, pin)}`;
  if (url !== `${location.pathname}${location.search}${location.hash}`) history.replaceState(null, "", url);
}

let opening = false;

/** What `work` opens is nobody's change, and is not kept for it. */
export function unkept(work: () => void): void {
  opening = true;
  work();
  opening = false;
}

/** Starts keeping. Looking around is not work: a program reaches the server with its first change. */
export function startSaving(): void {
  let revision = state.peek().revision;
  let title = state.peek().title;
  if (state.peek().saving === "local") server = setTimeout(() => void saveNow(), SERVER_IDLE);
  let local: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const now = state.value;
    if (now.revision === revision && now.title === title) return;
    revision = now.revision;
    title = now.title;
    if (opening) return;
    queueMicrotask(() => act(actions.setSaving, "local"));
    clearTimeout(local);
    clearTimeout(server);
    local = setTimeout(() => {
      keepLocally(true);
      showAddress();
    }, LOCAL_IDLE);
    server = setTimeout(() => void saveNow(), SERVER_IDLE);
  });
  let address: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    void state.value.cursor;
    void state.value.pin;
    void [screen.value, place.value];
    clearTimeout(address);
    address = setTimeout(showAddress, URL_IDLE);
  });
  if (state.peek().saving === "fleeting") keepLocally(true);
  addEventListener("pagehide", () => {
    if (state.peek().saving !== "untouched") keepLocally(state.peek().saving !== "saved");
  });
  let connection = state.peek().connection;
  effect(() => {
    if (state.value.connection === connection) return;
    connection = state.value.connection;
    if (connection === "online") void saveIfOffline();
  });
}

export async function saveIfOffline(): Promise<void> {
  if (waiting()) await saveNow();
}

/** A link to exactly this: program, packets, step. One that is not lasting ends with the server. */
export async function shareUrl(): Promise<{ url: string; lasting: boolean }> {
  const now = state.peek();
  const { id, lasting } = await api.share(requestOf(now));
  const search = screen.peek() === "verifier" ? "?view=verifier" : "";
  return { url: `${location.origin}/l/${id}${search}${fragment(now.cursor, now.pin)}`, lasting };
}
