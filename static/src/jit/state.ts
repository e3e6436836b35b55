// What the JIT page knows.
import { computed, signal } from "@preact/signals";
import type { Failure, Inputs, LinuxReply, NativeGroupView, NativeReply, NativeRequest, RaceReply } from "../schemas.ts";

export interface Opened {
  title: string;
  /** The workbench's address of it. */
  address: string;
  inputs: Inputs;
}

/** What stands to the right: one form of machine code, Linux's own beside ours, or what Linux rewrote. */
export type View = NativeRequest["form"] | "linux" | "bpf";

export const opened = signal<Opened | null>(null);
export const view = signal<View>("kernel");
export const arch = signal<NativeRequest["arch"]>("x86_64");
export const syntax = signal<NativeRequest["syntax"]>("intel");
export const program = signal(0);
export const reply = signal<NativeReply | null>(null);
export const failure = signal<Failure | null>(null);
export const bytes = signal(true);
export const unfolded = signal(false);

/** Linux's image; what is being asked for it, and that it was not to be had. */
export const linux = signal<LinuxReply | null>(null);
export const asking = signal(false);

export const race = signal<RaceReply | null>(null);
export const racing = signal(false);
export const raceFailure = signal<Failure | null>(null);

/** A group by its function and place in it. */
export type Key = string;
export const hovered = signal<Key | null>(null);
export const pinned = signal<Key | null>(null);
/** The eBPF register pointed at. */
export const register = signal<number | null>(null);

export function keyOf(func: number, group: number): Key {
  return `${func}-${group}`;
}

export const groups = computed<ReadonlyMap<Key, NativeGroupView>>(
  () => new Map((reply.value?.functions ?? []).flatMap((func, f) => func.groups.map((group, g) => [keyOf(f, g), group] as const))),
);
export const keyOfPc = computed<ReadonlyMap<number, Key>>(
  () => new Map([...groups.value].flatMap(([key, { pc }]) => (pc === null ? [] : [[pc, key] as const]))),
);
export const shown = computed(() => pinned.value ?? hovered.value);
export const selected = computed(() => (shown.value === null ? undefined : groups.value.get(shown.value)));
/** The lines that Linux rewrote, in order. */
export const rewritten = computed(() => [...groups.value].filter(([, group]) => group.rewritten !== "").map(([key]) => key));
/** Folded stretches that were opened one by one: function and first group. */
export const spread = signal<ReadonlySet<string>>(new Set());
/** What the reply is of: the view and machine chosen last, once their answer is there. */
export const seen = computed<View>(() => {
  const form = reply.value?.form ?? "kernel";
  if (form !== "kernel") return form;
  return view.value === "guarded" || view.value === "proved" ? "kernel" : view.value;
});
export const archSeen = computed(() => reply.value?.arch ?? arch.value);
