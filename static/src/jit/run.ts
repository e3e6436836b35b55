// Opens what the address names, and asks for its machine code and for Linux's.
import { batch } from "@preact/signals";
import { api, isFailure, RequestFailed } from "../api.ts";
import { readDraft } from "../autosave.ts";
import { decodePlace } from "../link.ts";
import type { LinuxReply, NativeReply, NativeRequest } from "../schemas.ts";
import * as state from "./state.ts";
import * as time from "./time.ts";

let revision = 0;

function formOf(view: state.View): NativeRequest["form"] {
  return view === "linux" || view === "bpf" ? "kernel" : view;
}

export async function look(): Promise<void> {
  const open = state.opened.peek();
  if (open === null) return;
  revision += 1;
  const mine = revision;
  const { source, hook } = open.inputs;
  const form = formOf(state.view.peek());
  const message = { source, hook, program: state.program.peek(), form, arch: state.arch.peek(), syntax: state.syntax.peek(), revision };
  try {
    const answer = await api.question<NativeReply>("native", message);
    if ("failure" in answer && isFailure(answer.failure)) throw new RequestFailed(answer.failure);
    if (mine !== revision) return;
    batch(() => {
      state.reply.value = answer;
      state.failure.value = null;
      state.hovered.value = null;
      state.pinned.value = null;
    });
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    if (mine === revision) state.failure.value = error.failure;
  }
}

/** Linux's image as it was recorded, or, `live`, as this machine's kernel makes it now. */
export async function askLinux(live: boolean): Promise<void> {
  const open = state.opened.peek();
  if (open === null) return;
  const { source, hook } = open.inputs;
  state.asking.value = live;
  try {
    const message = { source, hook, program: state.program.peek(), syntax: state.syntax.peek(), live, revision };
    state.linux.value = await api.native<LinuxReply>("linux", message);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    const why = `${error.failure.message} ${error.failure.hint ?? ""}`;
    state.linux.value = { revision, source: "", release: "", functions: [], same: 0, address: 0, other: 0, why, may_ask: false, native: "" };
  } finally {
    state.asking.value = false;
  }
}

export function show(view: state.View): void {
  batch(() => {
    state.view.value = view;
    if (view !== "kernel" && view !== "bpf") state.arch.value = "x86_64";
  });
  void look();
}

export function compileFor(arch: NativeRequest["arch"]): void {
  batch(() => {
    state.arch.value = arch;
    if (arch === "aarch64" && state.view.peek() !== "bpf") state.view.value = "kernel";
  });
  void look();
}

export function write(syntax: NativeRequest["syntax"]): void {
  state.syntax.value = syntax;
  void look();
  if (state.linux.peek() !== null) void askLinux(state.linux.peek()?.source === "asked");
}

export function choose(program: number): void {
  state.program.value = program;
  state.linux.value = null;
  void look();
  void askLinux(false);
}

/** `?w=` a saved program, `?example=`, what the workbench has not saved yet, or the first example. */
async function read(query: URLSearchParams): Promise<state.Opened> {
  const id = query.get("w");
  if (id !== null) {
    const doc = await api.workspace(id);
    // What the workbench has changed and not sent yet is what is on its screen.
    const draft = readDraft(id);
    return { title: doc.title, address: `/w/${encodeURIComponent(id)}`, inputs: draft?.dirty ? draft.inputs : doc.inputs };
  }
  const wanted = query.get("example");
  const draft = wanted === null ? readDraft(null) : null;
  if (draft !== null) return { title: draft.title, address: "/workbench", inputs: draft.inputs };
  const examples = await api.examples();
  const found = wanted === null ? examples[0] : examples.find((example) => example.id === wanted);
  if (found === undefined) throw new RequestFailed({ code: "not-found", message: "There is no such example here.", hint: "Open /jit for the first one.", span: null });
  return { title: found.title, address: `/workbench?example=${encodeURIComponent(found.id)}`, inputs: found.inputs };
}

export async function begin({ search, hash }: Pick<Location, "search" | "hash">): Promise<void> {
  try {
    state.opened.value = await read(new URLSearchParams(search));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    state.failure.value = error.failure;
  }
  const place = decodePlace(hash);
  await look();
  time.startPlace();
  const followed = time.follow({ packet: place.packet ?? 0, step: place.step ?? 0 });
  await Promise.all([followed.then(() => place.step !== null && revealNow()), askLinux(false)]);
}

/** Scrolls to the group that is about to run, where there is one. */
export function revealNow(): void {
  const now = time.now.peek();
  if (now !== null) reveal(now);
}

/** Scrolls to a group; nothing else moves anybody who reads elsewhere. */
export function reveal(key: state.Key): void {
  document.getElementById(`g${key}`)?.scrollIntoView({ block: "nearest" });
}

export function pin(key: state.Key): void {
  state.pinned.value = state.pinned.peek() === key ? null : key;
}
