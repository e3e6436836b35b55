// A run that the path page opened here: the workbench shows it, maps as the packet found them, until something is changed.
import { signal } from "@preact/signals";
import type { Inputs, OpenReply } from "./schemas.ts";

const KEY = "hookscope.opened";

/** `back` is the address of the place it was opened from, `from` what it is called there. */
export type Opened = OpenReply & { back: string; from: string };

/** The run, while the workbench holds what it was opened with. */
export const opened = signal<Opened | null>(null);

/** How to come back without a new page, where the path's page is behind this one. */
export const returning = signal<(() => void) | null>(null);

/** Leaves a run for the workbench to open. */
export function leave(run: Opened): void {
  sessionStorage.setItem(KEY, JSON.stringify(run));
}

/** The run that was left, for the address `?from=path`; null where there is none. */
export function take(search: string): Opened | null {
  if (new URLSearchParams(search).get("from") !== "path") return null;
  const kept = sessionStorage.getItem(KEY);
  opened.value = kept === null ? null : (JSON.parse(kept) as Opened);
  return opened.value;
}

function same(a: Inputs, b: Inputs): boolean {
  return a.source === b.source && a.hook === b.hook && a.seed === b.seed && a.cpu === b.cpu && a.packets.join() === b.packets.join();
}

/** The key of the opened run if these are its inputs; empty for any others, which run with fresh maps. */
export function openedAs(inputs: Inputs): string {
  const found = opened.peek();
  return found !== null && same(found.inputs, inputs) ? found.run : "";
}
