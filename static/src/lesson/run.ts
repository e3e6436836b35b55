// Opens a lesson, hands a submission in, and does what the page's buttons say.
import { batch } from "@preact/signals";
import * as actions from "../actions.ts";
import { api, RequestFailed } from "../api.ts";
import { keep, recall } from "../prefs.ts";
import type { Failure, GradeProgress, GradeReply, Inputs, LessonDoc, PredictReply, ProgramBlock, ShownView, ViewBlock } from "../schemas.ts";
import type { PaneId } from "../panes.ts";
import { screen } from "../screen.ts";
import * as select from "../select.ts";
import { isFailure } from "../api.ts";
import { act, state } from "../store.ts";
import * as time from "../time.ts";
import { ask, connected, listen } from "../transport.ts";
import * as walk from "../verifier/walk.ts";
import { did, ended } from "./did.ts";
import { attempted, lockIn, reach } from "./keep.ts";
import { all, here, learner, save } from "./kept.ts";
import { isWalk, PAGES, PANE_NAMES } from "./panes.ts";
import { begun, merged } from "./progress.ts";
import * as lesson from "./state.ts";

const NOWHERE = { packet: 0, step: 0, breakpoints: [], conditions: {}, panes: {} };

export const LAST = "lesson-last";

/** Puts the lesson's program and packets into the workbench's own store; what was typed before goes on top. */
function fill(found: LessonDoc): void {
  const kept = here(found.row.id);
  const stub = begun(found.row.id, found.row.version, found.inputs.source, found.documents);
  const mine = kept === null ? stub : { ...kept, checks: kept.version === found.row.version ? kept.checks : [], version: found.row.version };
  batch(() => {
    lesson.lesson.value = found;
    lesson.mine.value = mine;
    lesson.documents.value = { ...found.documents, ...known(mine.documents, found) };
    act(actions.open, { id: null, title: found.row.title, version: 0, inputs: { ...found.inputs, source: mine.source }, place: NOWHERE }, "untouched");
    act(actions.settled);
  });
}

/** Only the files that the lesson has: a newer version may have others. */
function known(documents: Record<string, unknown>, found: LessonDoc): Record<string, string> {
  const there = Object.entries(documents).filter(([name, text]) => name in found.documents && typeof text === "string");
  return Object.fromEntries(there) as Record<string, string>;
}

/** Opens what the address names; without a name, where one left off. */
export async function openLesson(id: string): Promise<void> {
  try {
    const found = await api.lesson(id);
    fill(found);
    keep(LAST, id);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    lesson.missing.value = error.failure;
    return;
  }
  void neighbours();
  void fromServer();
}

async function neighbours(): Promise<void> {
  try {
    lesson.rows.value = (await api.course()).lessons;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
  }
}

/** What this learner did elsewhere: a text of it is only taken where nothing has been typed here. */
async function fromServer(): Promise<void> {
  const found = (await all()).find((one) => one.lesson === lesson.lesson.peek()?.row.id);
  const mine = lesson.mine.peek();
  if (found === undefined || mine === null) return;
  const untouched = select.source.peek() === lesson.lesson.peek()?.inputs.source;
  const both = merged(mine, found);
  lesson.mine.value = untouched ? both : { ...both, source: select.source.peek() };
  if (untouched && both.source !== select.source.peek()) act(actions.setInputs, { source: both.source }, "taking over what you did elsewhere");
}

/* ---------- checks ---------- */

let wanted = 0;
/** Milliseconds that a submission waits for the connection. */
const PATIENCE = 10_000;

export async function submit(): Promise<void> {
  const found = lesson.lesson.peek();
  if (found === null) return;
  wanted += 1;
  const { source } = state.peek().inputs;
  const documents = { ...lesson.documents.peek() };
  sent = { source, documents };
  batch(() => {
    lesson.trouble.value = null;
    lesson.grading.value = { revision: wanted, done: 0, total: 0, since: performance.now() };
    if (lesson.view.peek() !== "read") lesson.view.value = "checks";
  });
  await connected(PATIENCE);
  const reply = await ask<{ accepted: boolean }>("grade", { lesson: found.row.id, source, documents, learner: learner(), attempts: (lesson.mine.peek()?.attempts ?? 0) + 1, revision: wanted });
  if (reply === null) failed({ code: "unreachable", message: "The server did not answer.", hint: "Your work is kept in this browser; run the checks again when the server is there.", span: null });
  else if (isFailure(reply)) failed(reply);
}

let sent = { source: "", documents: {} as Record<string, string> };

function failed(failure: Failure): void {
  lesson.grading.value = null;
  lesson.trouble.value = failure;
}

function graded(reply: GradeReply): void {
  if (reply.revision !== wanted) return;
  const before = lesson.submitted.peek();
  const same = before !== null && before.reply.hints.join() === reply.hints.join();
  batch(() => {
    lesson.grading.value = null;
    lesson.submitted.value = { ...sent, reply };
    if (!same) lesson.hints.value = 1;
    if (!reply.gradable) return;
    reach(reply.checks.filter(({ status, hidden }) => status === "passed" && !hidden).map(({ id }) => id));
    attempted(reply);
  });
}

export function startGrading(): void {
  listen<GradeReply>("grade:done", (reply) => (isFailure(reply) ? failed(reply) : graded(reply)));
  listen<GradeProgress>("grade:progress", (message) => {
    const now = lesson.grading.peek();
    if (!isFailure(message) && now !== null && message.revision === now.revision) lesson.grading.value = { ...now, done: message.done, total: message.total };
  });
  listen<{ revision: number; failure: Failure }>("grade:failed", (message) => {
    if (isFailure(message)) failed(message);
  });
}

/** Locks an answer in; a Failure says why it could not be looked at. */
export async function predict(id: string, answer: string): Promise<Failure | null> {
  const found = lesson.lesson.peek();
  if (found === null) return null;
  try {
    const reply = await api.question<PredictReply | { failure: Failure }>("lesson:predict", { lesson: found.row.id, id, answer });
    if ("failure" in reply) return reply.failure;
    lockIn(id, { answer, right: reply.right, correct: reply.answer, html: reply.html });
    return null;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return error.failure;
  }
}

export function skip(id: string): void {
  lesson.skipped.value = new Set([...lesson.skipped.peek(), id]);
}

/* ---------- the stepper ---------- */

/** Brings a pane of the stepper up. The editor is always there. */
export function showPane(wanted: PaneId): void {
  batch(() => {
    lesson.view.value = wanted === "editor" || wanted === "v-code" ? "code" : "step";
    if (wanted === "editor" || wanted === "v-code") {
      lesson.file.value = "";
      requestAnimationFrame(() => document.querySelector<HTMLElement>(".p-code .cm-content")?.focus());
      return;
    }
    lesson.stepping.value = true;
    lesson.pane.value = wanted;
    screen.value = isWalk(wanted) ? "verifier" : "workbench";
  });
}

export function openStepper(): void {
  showPane(lesson.pane.peek());
}

export function closeStepper(): void {
  batch(() => {
    lesson.stepping.value = false;
    screen.value = "workbench";
  });
}

/** "Show me": a pane, at the instruction of a label where one is named. */
export async function showMe({ pane, step }: ViewBlock): Promise<void> {
  const page = PAGES[pane];
  if (page !== undefined) {
    did({ did: "opened", pane });
    return elsewhere(page);
  }
  const wanted = PANE_NAMES[pane] ?? "registers";
  showPane(wanted);
  const pc = step === null ? null : lesson.pcOf(step);
  if (step !== null && pc === null) return act(actions.toast, `Your program has no label “${step}” any more, so there is no such place to show.`);
  if (pc === null) return;
  if (isWalk(wanted)) walk.toPc(pc);
  else time.toPc(pc);
}

export function verify(): void {
  showPane("v-why");
  did({ did: "verified" });
}

/** To the end of this packet's run, whatever the verifier says of the program. */
export function run(): void {
  if (isWalk(lesson.pane.peek())) lesson.pane.value = "registers";
  openStepper();
  if (select.steps.peek() === 0) return act(actions.toast, "Nothing has run yet: mend what the editor marks, or wait for the server.");
  if (state.peek().cursor.step === select.steps.peek()) ended();
  else time.seek(Infinity);
}

/** The packets of a failed check, in place of the lesson's own. */
export function openShown(shown: ShownView): void {
  if (shown.inputs === null) return openOnPath(shown);
  const { source, packets, times_ns, hook, seed, cpu, max_steps } = shown.inputs;
  if (source !== select.source.peek()) return void openInWorkbench(shown.inputs, shown.title, shown.packet);
  batch(() => {
    act(actions.setInputs, { packets, times_ns, hook, seed, cpu, max_steps }, `opening “${shown.title}”`);
    act(actions.moveTo, { packet: shown.packet, step: 0 });
    lesson.showing.value = shown.title;
    showPane("packet");
  });
}

/** An event of a whole simulation: the path page shows it, in a tab of its own. */
function openOnPath({ simulation, event }: ShownView): void {
  if (simulation === null) return;
  const { scenario, parameters, seed, attachments, script } = simulation;
  const kept = { s: scenario, p: parameters, n: seed, a: attachments, ...(script === "" ? {} : { y: script }) };
  const bytes = new TextEncoder().encode(JSON.stringify(kept));
  const of = btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  open(`/path?${new URLSearchParams({ of, event: String(event), hop: "0" }).toString()}`, "_blank", "noopener");
}

/** Back to what the lesson itself sends. */
export function ownPackets(): void {
  const found = lesson.lesson.peek();
  if (found === null) return;
  const { packets, times_ns, hook, seed, cpu, max_steps } = found.inputs;
  batch(() => {
    act(actions.setInputs, { packets, times_ns, hook, seed, cpu, max_steps }, "the lesson's own packets");
    act(actions.moveTo, { packet: 0, step: 0 });
    lesson.showing.value = "";
  });
}

/* ---------- elsewhere ---------- */

async function link(inputs: Inputs, title: string, packet: number): Promise<string | null> {
  try {
    const { id } = await api.share({ title, inputs, place: { ...NOWHERE, packet }, base: 0 });
    return id;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    act(actions.toast, `${error.failure.message} It could not be opened there.`);
    return null;
  }
}

/** Opens a run in the workbench, in a tab of its own: the lesson stays where it is. */
export async function openInWorkbench(inputs: Inputs, title: string, packet = 0): Promise<void> {
  const id = await link(inputs, title, packet);
  if (id !== null) open(`/l/${id}`, "_blank", "noopener");
}

/** A page of its own shows the program as it is saved in the workbench. */
async function elsewhere(page: string): Promise<void> {
  const { inputs, title } = state.peek();
  const key = `lesson-page:${lesson.lesson.peek()?.row.id ?? ""}`;
  const known = recall(key);
  const request = { title, inputs, place: NOWHERE, base: 0 };
  try {
    const { id } = typeof known === "string" ? await api.save(known, request) : await api.create(request);
    keep(key, id);
    open(`${page}?w=${encodeURIComponent(id)}`, "_blank", "noopener");
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    act(actions.toast, error.failure.message);
  }
}

export function openExample({ inputs, file }: ProgramBlock): Promise<void> {
  return openInWorkbench(inputs, file);
}

export function openHere(): Promise<void> {
  const { inputs, title, cursor } = state.peek();
  return openInWorkbench(inputs, title, cursor.packet);
}

/** Back to the beginning of the program; what is done stays done, and undo brings the text back. */
export function reset(): void {
  const found = lesson.lesson.peek();
  if (found === null) return;
  const beside = lesson.documents.peek();
  lesson.documents.value = { ...found.documents };
  act(actions.setInputs, { ...found.inputs }, "starting over");
  lesson.showing.value = "";
  act(actions.toast, Object.keys(beside).length === 0 ? "The program is as it was at first." : "The program and its files are as they were at first.", true);
}

/** Starts the lesson anew: nothing of it counts as done. */
export function forget(): void {
  const found = lesson.lesson.peek();
  if (found === null) return;
  reset();
  lesson.mine.value = { ...begun(found.row.id, found.row.version, found.inputs.source, found.documents), updated_at: new Date().toISOString() };
  save(lesson.mine.value);
  lesson.submitted.value = null;
  lesson.skipped.value = new Set();
}
