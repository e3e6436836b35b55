// The lesson on screen, beside the workbench's own state: what is read, asked, checked and shown.
import { computed, signal } from "@preact/signals";
import type { PaneId } from "../panes.ts";
import type { Failure, GradeReply, LessonDoc, LessonProgress, LessonRow, PredictBlock, TaskBlock } from "../schemas.ts";
import * as select from "../select.ts";

export type View = "read" | "code" | "checks" | "step";

export const lesson = signal<LessonDoc | null>(null);
/** All lessons, to tell the neighbours of this one. */
export const rows = signal<readonly LessonRow[]>([]);
export const missing = signal<Failure | null>(null);
export const mine = signal<LessonProgress | null>(null);

/** What is shown where only one thing has room. */
export const view = signal<View>("read");
/** Whether the stepper stands under the editor, and which of its panes is on top. */
export const stepping = signal(false);
export const pane = signal<PaneId>("registers");

/** What is written beside the program, by file, and which file is open: "" is the program. */
export const documents = signal<Readonly<Record<string, string>>>({});
export const file = signal("");

/** What the last submission was of, and what came of it. */
export interface Submitted {
  source: string;
  documents: Readonly<Record<string, string>>;
  reply: GradeReply;
}
export const submitted = signal<Submitted | null>(null);
export const grading = signal<{ revision: number; done: number; total: number; since: number } | null>(null);
export const trouble = signal<Failure | null>(null);
/** How many of the hints that fit are shown. */
export const hints = signal(1);
export const comparing = signal(false);
/** Whose packets are sent instead of the lesson's own. */
export const showing = signal("");
/** Predictions that were passed over, by id. */
export const skipped = signal<ReadonlySet<string>>(new Set());

export const reply = computed(() => submitted.value?.reply ?? null);
/** The text has changed since it was submitted. */
export const stale = computed(() => {
  const last = submitted.value;
  return last !== null && (last.source !== select.source.value || Object.entries(documents.value).some(([name, text]) => last.documents[name] !== text));
});
export const tasks = computed(() => (lesson.value?.blocks ?? []).filter((block): block is TaskBlock => block.kind === "task"));
export const predictions = computed(() => (lesson.value?.blocks ?? []).filter((block): block is PredictBlock => block.kind === "predict"));
const reached = computed<ReadonlySet<string>>(() => new Set(mine.value?.checks ?? []));

export function taskDone({ checks }: TaskBlock): boolean {
  return checks.length > 0 && checks.every((id) => reached.value.has(id));
}

export const tasksDone = computed(() => tasks.value.filter(taskDone).length);
/** The first task that is not done. */
export const task = computed(() => tasks.value.find((one) => !taskDone(one)) ?? null);
export const failing = computed(() => (reply.value?.checks ?? []).filter(({ status }) => status !== "passed"));
export const neighbours = computed(() => {
  const at = rows.value.findIndex(({ id }) => id === lesson.value?.row.id);
  return { previous: at > 0 ? (rows.value[at - 1] ?? null) : null, next: at < 0 ? null : (rows.value[at + 1] ?? null) };
});

/** The instruction of a label, in the program that runs. */
export function pcOf(label: string): number | null {
  const found = select.programs.value.map(({ labels }) => labels[label]).find((pc) => pc !== undefined);
  return found ?? null;
}
