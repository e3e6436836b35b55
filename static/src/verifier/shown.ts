// What two panes of the verifier's screen show: chosen there, and part of a link.
import { signal } from "@preact/signals";

/** What was known on the path looked at, or at this instruction over all paths. */
export const knew = signal<"path" | "all">("path");
/** The program's graph, or its paths as a list. */
export const flow = signal<"drawing" | "paths">("drawing");
