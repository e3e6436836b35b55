// The panes of the stepper, and how lessons name them.
import type { PaneId } from "../panes.ts";

export const RUN_PANES: readonly PaneId[] = ["registers", "stack", "maps", "packet", "events", "graph", "packets"];
export const WALK_PANES: readonly PaneId[] = ["v-why", "v-knew", "v-flow", "v-log"];

/** On a tab there is little room. */
export const SHORT: Readonly<Partial<Record<PaneId, string>>> = { graph: "Flow", events: "Run", packets: "Send", "v-knew": "Knew", "v-flow": "Walk", "v-log": "Log" };

/** By the name in a lesson's text. */
export const PANE_NAMES: Readonly<Record<string, PaneId>> = {
  editor: "editor",
  cfg: "graph",
  registers: "registers",
  stack: "stack",
  maps: "maps",
  packet: "packet",
  events: "events",
  send: "packets",
  explanation: "v-why",
  proved: "v-knew",
  walk: "v-flow",
  log: "v-log",
};

/** What is a page of its own. */
export const PAGES: Readonly<Record<string, string>> = { path: "/path", jit: "/jit", metrics: "/metrics" };

export function isWalk(pane: PaneId): boolean {
  return WALK_PANES.includes(pane);
}
