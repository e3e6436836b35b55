// Opens what the address names, asks for its machine code, and the keys of the page.
import { batch } from "@preact/signals";
import { api, RequestFailed } from "../api.ts";
import { readDraft } from "../autosave.ts";
import type { NativeReply } from "../schemas.ts";
import * as state from "./state.ts";

let revision = 0;

export async function look(): Promise<void> {
  const open = state.opened.peek();
  if (open === null) return;
  revision += 1;
  const mine = revision;
  const message = { source: open.source, hook: open.hook, program: state.program.peek(), form: state.form.peek(), revision };
  try {
    const answer = await api.question<NativeReply>("native", message);
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

/** `?w=` a saved program, `?example=`, or the first example. */
async function read(query: URLSearchParams): Promise<state.Opened> {
  const id = query.get("w");
  if (id !== null) {
    const doc = await api.workspace(id);
    // What the workbench has changed and not sent yet is what is on its screen.
    const draft = readDraft(id);
    const { source, hook } = draft?.dirty ? draft.inputs : doc.inputs;
    return { title: doc.title, address: `/w/${encodeURIComponent(id)}`, source, hook };
  }
  const examples = await api.examples();
  const wanted = query.get("example");
  const found = wanted === null ? examples[0] : examples.find((example) => example.id === wanted);
  if (found === undefined) throw new RequestFailed({ code: "not-found", message: "There is no such example here.", hint: "Open /jit for the first one.", span: null });
  return { title: found.title, address: `/workbench?example=${encodeURIComponent(found.id)}`, source: found.inputs.source, hook: found.inputs.hook };
}

export async function begin(search: string): Promise<void> {
  try {
    state.opened.value = await read(new URLSearchParams(search));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    state.failure.value = error.failure;
  }
  await look();
}

export function pin(key: state.Key): void {
  state.pinned.value = state.pinned.peek() === key ? null : key;
}

/** The next, or previous, line that Linux rewrote; round again behind the last. */
export function rewrittenLine(by: 1 | -1): void {
  const lines = state.rewritten.peek();
  if (lines.length === 0) return;
  const order = [...state.groups.peek().keys()];
  const now = state.shown.peek() === null ? (by === 1 ? -1 : order.length) : order.indexOf(state.shown.peek() ?? "");
  const ahead = lines.filter((key) => (by === 1 ? order.indexOf(key) > now : order.indexOf(key) < now));
  const to = by === 1 ? (ahead[0] ?? lines[0]) : (ahead.at(-1) ?? lines.at(-1));
  if (to === undefined) return;
  state.pinned.value = to;
  document.getElementById(`g${to}`)?.scrollIntoView({ block: "nearest" });
}

const KEYS: Readonly<Record<string, () => void>> = {
  "[": () => rewrittenLine(-1),
  "]": () => rewrittenLine(1),
  b: () => (state.bytes.value = !state.bytes.peek()),
  B: () => (state.bytes.value = !state.bytes.peek()),
  Escape: () => (state.pinned.value = null),
};

export function startKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    const act = KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}
