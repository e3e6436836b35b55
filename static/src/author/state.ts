// What the workshop knows: the folder, the lesson and file that are open, and what was found of them.
import { computed, signal } from "@preact/signals";
import type { WorkspaceRow } from "../api.ts";
import type { AuthorFolder, LessonFolder, MutationView, ProofView } from "../schemas.ts";

export type Side = "answers" | "learner" | "mutants";
export type Saving = "saved" | "typing" | "saving" | "failed";

export const folder = signal<AuthorFolder | null>(null);
export const lesson = signal<LessonFolder | null>(null);
export const file = signal("lesson.md");
/** The text as it was read or written last; the editor has what is typed since. */
export const text = signal<string | null>(null);
export const saving = signal<Saving>("saved");
/** Why the last thing asked for could not be had. */
export const trouble = signal("");
export const side = signal<Side>("answers");
export const proof = signal<ProofView | null>(null);
export const mutation = signal<MutationView | null>(null);
/** What is under way: "proof" or "mutants". */
export const busy = signal<"" | "proof" | "mutants">("");
/** Files have changed since the answers were checked. */
export const proofStale = signal(false);
export const mutationStale = signal(false);
/** Who looks at the preview: random data is drawn for each. */
export const learner = signal("ada");
/** Counts saves: the preview is drawn again for each. */
export const saves = signal(0);
export const making = signal(false);
export const workspaces = signal<readonly WorkspaceRow[] | null>(null);

export const problems = computed(() => lesson.value?.problems ?? []);
export const here = computed(() => problems.value.filter((problem) => problem.file === file.value));

export function problemsOf(name: string): number {
  return problems.value.filter((problem) => problem.file === name).length;
}

/** Wrong answers that pass, or fail for another reason than they say. */
export const slipping = computed(() => (proof.value?.answers ?? []).filter(({ right }) => !right));

/** One sentence on how the lesson stands. */
export const verdict = computed(() => {
  const now = lesson.value;
  if (now === null) return { bold: "", rest: "Choose a lesson on the left, or make one." };
  const count = problems.value.length;
  if (count > 0) return { bold: `${count} ${count === 1 ? "problem" : "problems"} in its files.`, rest: "Learners do not see this lesson until they are mended." };
  const found = proof.value;
  if (found === null) return { bold: "", rest: "Run everything to see what your checks say of each answer." };
  const passing = found.answers.filter(({ kind, passed }) => kind === "wrong" && passed).length;
  const wrong = found.answers.filter(({ kind }) => kind === "wrong").length;
  if (passing > 0) return { bold: `${passing} of ${wrong} wrong programs slip through your checks.`, rest: "A learner could submit one of them and be told it is right." };
  if (found.findings.length > 0) return { bold: `${found.findings.length} ${found.findings.length === 1 ? "thing does" : "things do"} not hold.`, rest: found.findings[0]?.message ?? "" };
  return { bold: `The stub fails, the solution passes, all ${wrong} wrong programs are caught.`, rest: "" };
});
