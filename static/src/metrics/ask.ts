// Asks the server what the texts make of the maps and pods; the latest text wins, and a long run is asked about until it is over.
import { batch, effect } from "@preact/signals";
import { api, isFailure, RequestFailed } from "../api.ts";
import type { CellReply, Failure, MetricsReply, PolicyReply } from "../schemas.ts";
import * as state from "./state.ts";

/** Milliseconds the keys rest before a text is asked about. */
const IDLE = 150;

/** An answer, or the failure that came instead; a refusal comes as `{failure}`. */
async function ask<T>(question: string, message: unknown): Promise<T | Failure> {
  try {
    const answer = await api.question<T | { failure: Failure }>(question, message);
    state.online.value = true;
    return typeof answer === "object" && answer !== null && "failure" in answer ? answer.failure : (answer as T);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    state.online.value = error.failure.code !== "unreachable";
    return error.failure;
  }
}

let metricsRevision = 0;
let policyRevision = 0;

function gotMetrics(reply: MetricsReply): void {
  const old = state.measured.peek();
  const working = reply.finished ? null : { done: reply.done, total: reply.total };
  batch(() => {
    if (reply.suggested && state.rules.peek() === null) {
      state.rules.value = reply.rules;
      state.given.value += 1;
    }
    const sound = reply.families !== null;
    const kept = sound ? reply : (old.reply ?? reply);
    state.measured.value = { reply: kept, problems: reply.diagnostics, failure: null, working, stale: !sound && old.reply?.families != null };
  });
}

/** One question at a time: what is asked for while one is on its way is asked once, after it. */
function oneAtATime(work: () => Promise<void>): () => void {
  let busy = false;
  let wanted = false;
  const run = async () => {
    busy = true;
    do {
      wanted = false;
      await work();
    } while (wanted);
    busy = false;
  };
  return () => {
    wanted = true;
    if (!busy) void run();
  };
}

async function ofMaps(): Promise<void> {
  const program = state.program.peek();
  if (program === null) return;
  const revision = metricsRevision;
  for (;;) {
    const message = { inputs: program.inputs, scenario: state.scenario.peek(), rules: state.rules.peek(), at: state.at.peek(), revision };
    const reply = await ask<MetricsReply>("metrics", message);
    if (revision !== metricsRevision) return;
    if (isFailure(reply)) {
      const old = state.measured.peek();
      state.measured.value = { ...old, failure: reply, working: null, stale: old.reply !== null };
      return;
    }
    gotMetrics(reply);
    if (reply.finished) return;
  }
}

/** Lets a long run be; what it came to so far stays. */
export function stop(): void {
  metricsRevision += 1;
  state.measured.value = { ...state.measured.peek(), working: null };
}

async function ofPolicies(): Promise<void> {
  const revision = policyRevision;
  const message = { policies: state.policies.peek(), cluster: state.cluster.peek(), revision };
  const reply = await ask<PolicyReply>("policy", message);
  if (revision !== policyRevision) return;
  const old = state.decided.peek();
  if (isFailure(reply)) state.decided.value = { ...old, failure: reply, stale: old.view !== null };
  else {
    const { view, policies, cluster } = reply;
    state.decided.value = { view: view ?? old.view, policies, cluster, failure: null, stale: view === null && old.view !== null };
  }
}

const nextMaps = oneAtATime(ofMaps);
const nextPolicies = oneAtATime(ofPolicies);

function measure(): void {
  metricsRevision += 1;
  nextMaps();
}

function decide(): void {
  policyRevision += 1;
  nextPolicies();
}

async function tell(row: number, column: number): Promise<void> {
  const message = { policies: state.policies.peek(), cluster: state.cluster.peek(), row, column };
  const reply = await ask<CellReply>("policy:cell", message);
  const now = state.cell.peek();
  if (now?.row !== row || now.column !== column) return;
  state.told.value = isFailure(reply) ? null : { at: now, reply };
}

/** Runs `work` when the keys have rested; at once the first time. */
function rested(read: () => unknown, work: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let begun = false;
  effect(() => {
    read();
    clearTimeout(timer);
    timer = setTimeout(work, begun ? IDLE : 0);
    begun = true;
  });
}

/** Asks whenever a text, the program or the place in time changes. */
export function startAsking(): void {
  rested(() => [state.program.value, state.scenario.value, state.rules.value], measure);
  effect(() => {
    if (state.at.value !== null || state.measured.peek().reply !== null) measure();
  });
  rested(() => [state.policies.value, state.cluster.value], decide);
  effect(() => {
    const { view, stale } = state.decided.value;
    const place = state.cell.value;
    if (view !== null && !stale && place !== null) void tell(place.row, place.column);
    else if (place === null) state.told.value = null;
  });
}

/** Asks again, for a server that is back. */
export function again(): void {
  measure();
  decide();
}

/** The dashboard as text, or why there is none. */
export async function dashboard(): Promise<string | Failure> {
  const program = state.program.peek();
  if (program === null) return { code: "no-program", message: "There is no program.", hint: null, span: null };
  const reply = await ask<unknown>("dashboard", { inputs: program.inputs, scenario: state.scenario.peek(), rules: state.rules.peek(), title: program.title });
  return isFailure(reply) ? reply : JSON.stringify(reply, null, 2);
}
