// The record of this lesson: every change of it is kept.
import { effect } from "@preact/signals";
import type { LessonProgress, Prediction } from "../schemas.ts";
import * as select from "../select.ts";
import { save } from "./kept.ts";
import { documents, lesson, mine } from "./state.ts";

const IDLE = 250;

function change(part: Partial<LessonProgress>): void {
  const now = mine.peek();
  if (now === null) return;
  mine.value = { ...now, ...part, updated_at: new Date().toISOString() };
  save(mine.value);
}

/** Checks that have passed stay passed. */
export function reach(ids: readonly string[]): void {
  const known = mine.peek()?.checks ?? [];
  const fresh = ids.filter((id) => !known.includes(id));
  if (fresh.length > 0) change({ checks: [...known, ...fresh] });
}

export function lockIn(id: string, answer: Prediction): void {
  change({ predictions: { ...mine.peek()?.predictions, [id]: answer } });
}

export interface Attempt {
  passed: boolean;
  instructions: number | null;
  states: number | null;
}

function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

export function attempted({ passed, instructions, states }: Attempt): void {
  const now = mine.peek();
  if (now === null) return;
  const best = passed ? { passed_at: now.passed_at ?? new Date().toISOString(), instructions: least(now.instructions, instructions), states: least(now.states, states) } : {};
  change({ attempts: now.attempts + 1, ...best });
}

/** What is typed is kept when the keys rest. */
export function startKeeping(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const source = select.source.value;
    const beside = documents.value;
    const now = mine.peek();
    if (lesson.value === null || now === null) return;
    if (now.source === source && Object.entries(beside).every(([name, text]) => now.documents[name] === text)) return;
    clearTimeout(timer);
    timer = setTimeout(() => change({ source, documents: { ...beside } }), IDLE);
  });
}
