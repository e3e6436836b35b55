// What a learner has done, put together from two places: pure functions.
import type { LessonProgress, LessonRow } from "../schemas.ts";

export function begun(lesson: string, version: number, source: string, documents: Record<string, string>): LessonProgress {
  return { lesson, version, source, documents, checks: [], predictions: {}, attempts: 0, passed_at: null, instructions: null, states: null, updated_at: "" };
}

function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

/** The earlier of two times that may be missing. */
function first(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null || a <= b ? a : b;
}

/** Of two accounts of one lesson: the later one's text, and all that was reached in either. */
export function merged(a: LessonProgress, b: LessonProgress): LessonProgress {
  const [older, newer] = a.updated_at <= b.updated_at ? [a, b] : [b, a];
  const same = older.version === newer.version;
  return {
    ...newer,
    checks: same ? [...new Set([...older.checks, ...newer.checks])] : newer.checks,
    predictions: same ? { ...older.predictions, ...newer.predictions } : newer.predictions,
    attempts: Math.max(a.attempts, b.attempts),
    passed_at: first(a.passed_at, b.passed_at),
    instructions: least(a.instructions, b.instructions),
    states: least(a.states, b.states),
  };
}

export function mergedAll(a: readonly LessonProgress[], b: readonly LessonProgress[]): LessonProgress[] {
  const found = new Map(a.map((one) => [one.lesson, one]));
  for (const one of b) {
    const other = found.get(one.lesson);
    found.set(one.lesson, other === undefined ? one : merged(other, one));
  }
  return [...found.values()];
}

export type Standing = "done" | "here" | "begun" | "open";

/** Where to carry on: the lesson touched last if it is not done, else the first one that is not and for which all is known. */
export function carryOn(lessons: readonly LessonRow[], all: readonly LessonProgress[]): LessonRow | null {
  const of = new Map(all.map((one) => [one.lesson, one]));
  const done = (id: string) => (of.get(id)?.passed_at ?? null) !== null;
  const latest = [...all].sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1)).find(({ lesson }) => lessons.some(({ id }) => id === lesson));
  if (latest !== undefined && latest.passed_at === null) return lessons.find(({ id }) => id === latest.lesson) ?? null;
  const from = latest === undefined ? 0 : lessons.findIndex(({ id }) => id === latest.lesson);
  const next = [...lessons.slice(from), ...lessons.slice(0, from)];
  const ready = ({ id, prerequisites }: LessonRow) => !done(id) && prerequisites.every((wanted) => done(wanted) || lessons.every((row) => row.id !== wanted));
  return next.find(ready) ?? next.find(({ id }) => !done(id)) ?? null;
}

export function standing(id: string, here: string | null, progress: LessonProgress | undefined): Standing {
  if (id === here) return "here";
  if (progress === undefined) return "open";
  return progress.passed_at === null ? "begun" : "done";
}
