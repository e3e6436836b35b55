// The verifier's verdict on what is typed, asked for beside each check.
import { computed, effect, signal } from "@preact/signals";
import { isFailure } from "./api.ts";
import { keep, recall } from "./prefs.ts";
import type { DiagnosticView, Failure, ProgramVerdict, VerdictReply, VerdictRequest } from "./schemas.ts";
import * as select from "./select.ts";
import { state } from "./store.ts";
import { ask } from "./transport.ts";
import { problemsOf } from "./verifier/problems.ts";

export type Profile = VerdictRequest["profile"];

/** Instructions processed while typing: about a second of the server's time. Linux stops at a million. */
const TYPING_LIMIT = 100_000;
/** After the last key, in ms: as for the check, which goes its own way at the same time. */
const IDLE = 25;

export const PROFILES: readonly { id: Profile; name: string; doc: string }[] = [
  { id: "root", name: "root", doc: "As root loads it: pointers are not secret, speculation is not guarded" },
  { id: "no-perfmon", name: "no perfmon", doc: "CAP_BPF and CAP_NET_ADMIN without CAP_PERFMON: addresses are secret, unset stack may not be read" },
];

export const profile = signal<Profile>(recall("profile") === "no-perfmon" ? "no-perfmon" : "root");
export const reply = signal<VerdictReply | null>(null);
/** The first words of the explanation, once there is one: for the line in the editor. */
export const explained = signal<{ revision: number; profile: Profile; program: number; text: string } | null>(null);

export function setProfile(next: Profile): void {
  keep("profile", next === "root" ? null : next);
  profile.value = next;
}

export const programs = computed<readonly ProgramVerdict[]>(() => reply.value?.programs ?? []);

/** Of an older text, or of another profile. */
export const stale = computed(() => reply.value === null || reply.value.revision !== select.revision.value || reply.value.profile !== profile.value);

/** The program that the file's verdict hangs on: the first that is refused, else the first. */
export const decisive = computed<ProgramVerdict | null>(() => programs.value.find(({ accepted }) => !accepted) ?? programs.value[0] ?? null);

export const problems = computed<readonly DiagnosticView[]>(() => {
  if (stale.value || select.errors.value.length > 0) return [];
  const words = explained.value?.revision === select.revision.value && explained.value.profile === profile.value ? explained.value : null;
  return problemsOf(programs.value, words);
});

let asking = false;

/** Asks about what is there now; while one verdict is under way the next waits, and takes the latest text. */
async function verdictLatest(): Promise<void> {
  if (asking) return;
  asking = true;
  let asked = "";
  for (;;) {
    const { revision, inputs } = state.peek();
    const wanted = `${revision}:${profile.peek()}`;
    if (asked === wanted) break;
    asked = wanted;
    const { source, hook } = inputs;
    if (source.trim() === "") reply.value = null;
    else took(await ask<VerdictReply>("verdict", { source, hook, profile: profile.peek(), limit: TYPING_LIMIT, revision }));
  }
  asking = false;
}

/** Of a text that does not assemble there is no verdict: the last one stays, as one of an older text. */
function took(found: VerdictReply | Failure | null): void {
  if (found !== null && !isFailure(found) && found.programs.length > 0) reply.value = found;
}

/** Asks beside the check, once the keys rest as long; and when the server is there again. */
export function startVerdicts(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    void [select.revision.value, profile.value];
    if (select.connection.value !== "online") return;
    clearTimeout(timer);
    timer = setTimeout(() => void verdictLatest(), IDLE);
  });
}
