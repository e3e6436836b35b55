// Progress is kept in this browser at once and on the server soon after, under a name drawn at random.
import { signal } from "@preact/signals";
import { api, RequestFailed } from "../api.ts";
import { keep, recall } from "../prefs.ts";
import type { LessonProgress, Progress } from "../schemas.ts";
import { merged, mergedAll } from "./progress.ts";

const LEARNER = "learner";
const INDEX = "lessons";
const SERVER_IDLE = 1_500;

export type Kept = "untouched" | "local" | "saving" | "saved" | "offline";

/** Where the work on the lesson is kept. */
export const where = signal<Kept>("untouched");

function drawn(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `?as=` shows a lesson as anybody would get it, and keeps nothing: authors look at theirs so. */
export const posing = typeof location === "undefined" ? null : new URLSearchParams(location.search).get("as");

/** The name of whoever learns in this browser. */
export function learner(): string {
  if (posing !== null) return posing.replace(/[^A-Za-z0-9_-]/g, "-").padEnd(16, "-").slice(0, 64);
  const known = recall(LEARNER);
  if (typeof known === "string" && /^[A-Za-z0-9_-]{16,64}$/.test(known)) return known;
  const name = drawn();
  keep(LEARNER, name);
  return name;
}

function isProgress(value: unknown): value is LessonProgress {
  const one = value as Partial<LessonProgress> | null;
  return typeof one === "object" && one !== null && typeof one.lesson === "string" && typeof one.source === "string" && Array.isArray(one.checks) && typeof one.updated_at === "string";
}

function index(): string[] {
  const known = recall(INDEX);
  return Array.isArray(known) ? known.filter((id) => typeof id === "string") : [];
}

export function here(lesson: string): LessonProgress | null {
  if (posing !== null) return null;
  const found = recall(`lesson:${lesson}`);
  return isProgress(found) ? found : null;
}

export function allHere(): LessonProgress[] {
  return index().flatMap((lesson) => here(lesson) ?? []);
}

function keepHere(one: LessonProgress): boolean {
  if (!index().includes(one.lesson)) keep(INDEX, [...index(), one.lesson]);
  return keep(`lesson:${one.lesson}`, one);
}

/** What this browser and the server know, put together; what this browser knows, where the server does not answer. */
export async function all(): Promise<LessonProgress[]> {
  if (posing !== null) return [];
  try {
    const found = await api.progress(learner());
    const both = mergedAll(found.lessons, allHere());
    both.forEach(keepHere);
    return both;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return allHere();
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;
let waiting: LessonProgress | null = null;

async function send(): Promise<void> {
  const one = waiting;
  if (one === null) return;
  waiting = null;
  where.value = "saving";
  try {
    await api.saveProgress(learner(), one);
    if (waiting === null) where.value = "saved";
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    waiting ??= one;
    where.value = "offline";
  }
}

/** Keeps it here now, there in a moment. */
export function save(one: LessonProgress): void {
  if (posing !== null) return;
  keepHere(one);
  waiting = one;
  where.value = "local";
  clearTimeout(timer);
  timer = setTimeout(() => void send(), SERVER_IDLE);
}

/** The server is there again, or the page is left. */
export function saveNow(): void {
  clearTimeout(timer);
  void send();
}

/** All that was done, as a file. */
export function exported(lessons: readonly LessonProgress[]): Progress {
  return { learner: learner(), lessons: [...lessons] };
}

/** Takes a file that was exported, here or in another browser: nothing that is here is lost. Says what is wrong with it. */
export async function imported(text: string): Promise<string> {
  let file: Partial<Progress>;
  try {
    file = JSON.parse(text) as Partial<Progress>;
  } catch {
    return "This file is no JSON, so it is no progress that was exported here.";
  }
  const lessons = Array.isArray(file.lessons) ? file.lessons.filter(isProgress) : [];
  if (lessons.length === 0) return "This file holds no lessons: choose one that “Export” made.";
  for (const one of lessons) {
    const mine = here(one.lesson);
    const both = mine === null ? one : merged(mine, one);
    keepHere(both);
    try {
      await api.saveProgress(learner(), both);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      return error.failure.code === "unreachable" ? "" : error.failure.message;
    }
  }
  return "";
}
