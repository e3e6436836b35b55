// What the JIT page knows.
import { computed, signal } from "@preact/signals";
import type { Failure, NativeGroupView, NativeReply, NativeRequest } from "../schemas.ts";

export interface Opened {
  title: string;
  /** The workbench's address of it. */
  address: string;
  source: string;
  hook: string;
}

export const opened = signal<Opened | null>(null);
export const form = signal<NativeRequest["form"]>("kernel");
export const program = signal(0);
export const reply = signal<NativeReply | null>(null);
export const failure = signal<Failure | null>(null);
export const bytes = signal(true);

/** A group by its function and place in it. */
export type Key = string;
export const hovered = signal<Key | null>(null);
export const pinned = signal<Key | null>(null);

export function keyOf(func: number, group: number): Key {
  return `${func}-${group}`;
}

export const groups = computed<ReadonlyMap<Key, NativeGroupView>>(
  () => new Map((reply.value?.functions ?? []).flatMap((func, f) => func.groups.map((group, g) => [keyOf(f, g), group] as const))),
);
export const shown = computed(() => pinned.value ?? hovered.value);
export const selected = computed(() => (shown.value === null ? undefined : groups.value.get(shown.value)));
/** The lines that Linux rewrote, in order. */
export const rewritten = computed(() => [...groups.value].filter(([, group]) => group.rewritten !== "").map(([key]) => key));
