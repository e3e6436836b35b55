// What the workshop does: opens lessons and files, saves as one types, checks, mutates, records, takes archives.
import { batch, signal } from "@preact/signals";
import { api, RequestFailed } from "../api.ts";
import type { LessonFolder } from "../schemas.ts";
import * as state from "./state.ts";

const IDLE = 400;

/** Runs a question; a refusal is told on the page, and null comes back. */
async function asked<T>(question: Promise<T>): Promise<T | null> {
  try {
    const answer = await question;
    state.trouble.value = "";
    return answer;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    const { message, hint } = error.failure;
    state.trouble.value = hint === null ? `${message}.` : `${message}: ${hint}.`;
    return null;
  }
}

export async function begin(pathname: string): Promise<void> {
  state.folder.value = await asked(api.author.folder());
  const [, , wanted] = pathname.split("/");
  const known = state.folder.peek()?.lessons ?? [];
  const found = known.find(({ name }) => name === wanted) ?? known[0];
  if (found !== undefined) await openLesson(found.name);
}

function took(lesson: LessonFolder): void {
  batch(() => {
    state.lesson.value = lesson;
    const now = state.folder.peek();
    if (now === null) return;
    const others = now.lessons.filter(({ name }) => name !== lesson.name);
    state.folder.value = { ...now, lessons: [...others, lesson].sort((a, b) => a.name.localeCompare(b.name)) };
  });
}

export async function openLesson(name: string): Promise<void> {
  await flush();
  const found = state.folder.peek()?.lessons.find((one) => one.name === name);
  if (found === undefined) return;
  batch(() => {
    state.lesson.value = found;
    state.proof.value = state.mutation.value = null;
    state.proofStale.value = state.mutationStale.value = false;
  });
  history.replaceState(null, "", `/author/${name}`);
  await openFile(found.problems[0]?.file || "lesson.md");
}

export async function openFile(name: string): Promise<void> {
  await flush();
  const lesson = state.lesson.peek();
  if (lesson === null) return;
  const there = lesson.files.find((one) => one.name === name) ?? lesson.files[0];
  if (there === undefined) return;
  const found = there.text ? await asked(api.author.text(lesson.name, there.name)) : { text: "" };
  if (found === null) return;
  batch(() => {
    state.file.value = there.name;
    state.text.value = there.text ? found.text : null;
    state.saving.value = "saved";
  });
}

/* ---------- saving ---------- */

let timer: ReturnType<typeof setTimeout> | undefined;
let unsaved: { lesson: string; file: string; text: string } | null = null;

export function typed(text: string): void {
  const lesson = state.lesson.peek();
  if (lesson === null) return;
  unsaved = { lesson: lesson.name, file: state.file.peek(), text };
  state.saving.value = "typing";
  clearTimeout(timer);
  timer = setTimeout(() => void flush(), IDLE);
}

/** Writes what is typed, now; answers with what is wrong with the lesson then. */
export async function flush(): Promise<void> {
  clearTimeout(timer);
  const now = unsaved;
  if (now === null) return;
  unsaved = null;
  state.saving.value = "saving";
  const found = await asked(api.author.save(now.lesson, now.file, now.text));
  if (found === null) {
    unsaved ??= now;
    state.saving.value = "failed";
    return;
  }
  batch(() => {
    if (state.lesson.peek()?.name === found.name) took(found);
    if (unsaved === null) state.saving.value = "saved";
    state.saves.value += 1;
    state.proofStale.value = state.mutationStale.value = true;
  });
}

/* ---------- what the checks say ---------- */

export async function check(): Promise<void> {
  const name = state.lesson.peek()?.name;
  if (name === undefined || state.busy.peek() !== "") return;
  await flush();
  state.busy.value = "proof";
  state.side.value = "answers";
  const found = await asked(api.author.proof(name));
  batch(() => {
    state.busy.value = "";
    if (found === null || state.lesson.peek()?.name !== name) return;
    state.proof.value = found;
    state.proofStale.value = false;
  });
}

export async function mutate(): Promise<void> {
  const name = state.lesson.peek()?.name;
  if (name === undefined || state.busy.peek() !== "") return;
  await flush();
  state.busy.value = "mutants";
  state.side.value = "mutants";
  const found = await asked(api.author.mutants(name));
  batch(() => {
    state.busy.value = "";
    if (found === null || state.lesson.peek()?.name !== name) return;
    state.mutation.value = found;
    state.mutationStale.value = false;
  });
}

/** Opens a program in the workbench, in a tab of its own. */
export async function openProgram(source: string, title: string): Promise<void> {
  const inputs = { source, hook: /^\s*\.hook\s+(\S+)/m.exec(source)?.[1] ?? "xdp", packets: [], times_ns: [], seed: 1, cpu: 0, max_steps: 1_000_000 };
  const made = await asked(api.share({ title, inputs, place: { packet: 0, step: 0, breakpoints: [], conditions: {}, panes: {} }, base: 0 }));
  if (made !== null) open(`/l/${made.id}`, "_blank", "noopener");
}

/** A mistake that slips through becomes a wrong answer, to be told why it is one. */
export async function keepMutant(source: string, what: string): Promise<void> {
  const lesson = state.lesson.peek();
  if (lesson === null) return;
  const numbers = lesson.files.map(({ name }) => Number(/^wrong\/(\d+)-/.exec(name)?.[1] ?? 0));
  const file = `wrong/${String(Math.max(0, ...numbers) + 1).padStart(2, "0")}-slips-through.bpf`;
  const first = state.proof.peek()?.checks[0] ?? "check-id";
  const found = await asked(api.author.save(lesson.name, file, `# check: ${first}. ${what.replace(/\s+/g, " ")}\n${source}`));
  if (found === null) return;
  took(found);
  state.proofStale.value = state.mutationStale.value = true;
  await openFile(file);
}

/* ---------- lessons and files ---------- */

export async function createLesson(id: string, title: string, author: string): Promise<boolean> {
  const found = await asked(api.author.create({ id, title, author }));
  if (found === null) return false;
  took(found);
  state.making.value = false;
  await openLesson(found.name);
  return true;
}

export async function createFile(name: string): Promise<void> {
  const lesson = state.lesson.peek();
  if (lesson === null || name.trim() === "") return;
  if (lesson.files.some((one) => one.name === name)) return openFile(name);
  const found = await asked(api.author.save(lesson.name, name, ""));
  if (found === null) return;
  took(found);
  await openFile(name);
}

/** The text stays in the browser until the page is left, so that it can be put back. */
export const removed: { name: string; text: string }[] = [];

export async function removeFile(name: string): Promise<void> {
  const lesson = state.lesson.peek();
  if (lesson === null) return;
  const kept = await asked(api.author.text(lesson.name, name));
  const found = await asked(api.author.remove(lesson.name, name));
  if (found === null) return;
  if (kept !== null) removed.push({ name, text: kept.text });
  took(found);
  state.proofStale.value = state.mutationStale.value = true;
  if (state.file.peek() === name) await openFile("lesson.md");
}

export async function putBack(): Promise<void> {
  const last = removed.pop();
  const lesson = state.lesson.peek();
  if (last === undefined || lesson === null) return;
  const found = await asked(api.author.save(lesson.name, last.name, last.text));
  if (found !== null) took(found);
}

export async function takeArchive(archive: File): Promise<void> {
  const found = await asked(api.author.take(archive));
  if (found === null) return;
  state.folder.value = await asked(api.author.folder());
  const [first] = found.taken;
  if (first !== undefined) await openLesson(first);
}

export async function loadWorkspaces(): Promise<void> {
  state.workspaces.value = await asked(api.workspaces());
}

export async function record(workspace: string, id: string, title: string, hidden: boolean): Promise<boolean> {
  const lesson = state.lesson.peek();
  if (lesson === null) return false;
  await flush();
  const found = await asked(api.author.record(lesson.name, { workspace, id, title, hidden, packet: null }));
  if (found === null) return false;
  took(found);
  state.proofStale.value = state.mutationStale.value = true;
  await openFile("checks.yaml");
  return true;
}

/* ---------- keys ---------- */

/** Ctrl Enter runs everything, F8 goes through the problems, Ctrl S saves at once. */
export function onKey(event: KeyboardEvent): void {
  const chord = event.ctrlKey || event.metaKey;
  const run = chord && event.key === "Enter" ? check : chord && event.key === "s" ? flush : event.key === "F8" ? () => nextProblem(event.shiftKey ? -1 : 1) : null;
  if (run === null) return;
  event.preventDefault();
  event.stopPropagation();
  void run();
}

/** To the file of the next problem, and its line. */
async function nextProblem(by: 1 | -1): Promise<void> {
  const files = [...new Set(state.problems.peek().map(({ file }) => file).filter((file) => file !== ""))];
  if (files.length === 0) return;
  const at = files.indexOf(state.file.peek());
  const to = state.here.peek().length > 1 && at >= 0 ? at : (at + by + files.length) % files.length;
  await openFile(files[to] ?? "lesson.md");
  toProblem.value += 1;
}

/** Counts wishes to see the first problem of the file. */
export const toProblem = signal(0);
