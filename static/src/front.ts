// Which page is in front, where one document holds two: the path's page keeps the workbench ready behind it.
import { signal } from "@preact/signals";

export type Front = "workbench" | "path";

/** What the keys, the title and the address belong to. */
export const front = signal<Front>("workbench");
