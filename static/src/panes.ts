// A screen's layout as data: columns of stacks of panes that share a place as tabs. Pure functions only.
import type { Screen } from "./screen.ts";

export type WorkbenchPane = "editor" | "graph" | "registers" | "stack" | "maps" | "packet" | "events" | "packets";
export type VerifierPane = "v-why" | "v-code" | "v-knew" | "v-flow" | "v-log";
export type PaneId = WorkbenchPane | VerifierPane;
export type WidthClass = "wide" | "middle" | "narrow" | "phone";
/** What a phone shows at a time. */
export type WorkbenchTab = "code" | "state" | "packet" | "maps" | "run";
export type Tab = WorkbenchTab | VerifierPane;

/** Panes in one place: one is on top, the others are tabs. */
export interface Stack {
  panes: readonly PaneId[];
  active: PaneId;
  shut: boolean;
}

export interface Column {
  stacks: readonly Stack[];
  /** Heights in px as last dragged, one per stack; null leaves them to the panes. */
  heights: readonly number[] | null;
}

export interface Layout {
  screen: Screen;
  width: WidthClass;
  columns: readonly Column[];
  /** Shares of the width, one per column; null for the defaults. */
  shares: readonly number[] | null;
  /** The tab shown at phone width. */
  tab: Tab;
}

export type Where = "above" | "below" | "tab";

export const TITLES: Readonly<Record<PaneId, string>> = {
  editor: "Editor",
  graph: "Control flow",
  registers: "Registers",
  stack: "Stack",
  maps: "Maps",
  packet: "Packet",
  events: "This run",
  packets: "Packets to send",
  "v-why": "Why",
  "v-code": "Editor",
  "v-knew": "What the verifier knew",
  "v-flow": "Control flow",
  "v-log": "Linux's log",
};
export const PANES_OF: Readonly<Record<Screen, readonly PaneId[]>> = {
  workbench: ["editor", "graph", "registers", "stack", "maps", "packet", "events", "packets"],
  verifier: ["v-why", "v-code", "v-knew", "v-flow", "v-log"],
};
/** Where one types: never folded away. */
export const EDITORS: ReadonlySet<PaneId> = new Set(["editor", "v-code"]);
export const DEFAULT_SHARES: Readonly<Record<Screen, readonly number[]>> = {
  workbench: [1.12, 1, 0.84],
  verifier: [0.95, 1.05, 1.16],
};
/** Shares of a column's height. Fixed, not by content: nothing may move when a value appears. */
export const DEFAULT_GROW: Readonly<Record<PaneId, number>> = {
  editor: 1,
  graph: 0.8,
  registers: 1.35,
  stack: 0.5,
  maps: 1,
  packet: 1.5,
  events: 1,
  packets: 1.8,
  "v-why": 1,
  "v-code": 1.1,
  "v-knew": 1,
  "v-flow": 2.4,
  "v-log": 1,
};
type TabPanes<Name extends Tab> = Readonly<Record<Name, readonly PaneId[]>>;
const WORKBENCH_TABS: TabPanes<WorkbenchTab> = {
  code: ["editor", "graph"],
  state: ["registers", "stack"],
  packet: ["packet", "packets"],
  maps: ["maps"],
  run: ["events"],
};
const VERIFIER_TABS: TabPanes<VerifierPane> = {
  "v-why": ["v-why"],
  "v-code": ["v-code"],
  "v-knew": ["v-knew"],
  "v-flow": ["v-flow"],
  "v-log": ["v-log"],
};
export const TAB_PANES: TabPanes<Tab> = { ...WORKBENCH_TABS, ...VERIFIER_TABS };
export const TABS_OF: Readonly<Record<Screen, readonly Tab[]>> = {
  workbench: Object.keys(WORKBENCH_TABS) as WorkbenchTab[],
  verifier: Object.keys(VERIFIER_TABS) as VerifierPane[],
};
export const MIN_WIDTH = 280;
export const MIN_HEIGHT = 120;

export function widthClass(px: number): WidthClass {
  return px >= 1400 ? "wide" : px >= 1100 ? "middle" : px > 640 ? "narrow" : "phone";
}

function stack(pane: PaneId, shut = false): Stack {
  return { panes: [pane], active: pane, shut };
}

function column(...stacks: Stack[]): Column {
  return { stacks, heights: null };
}

const COLUMNS: Readonly<Record<Screen, readonly Column[]>> = {
  workbench: [
    column(stack("editor"), stack("graph", true)),
    column(stack("registers"), stack("stack"), stack("maps")),
    column(stack("packet"), stack("events"), stack("packets", true)),
  ],
  verifier: [column(stack("v-why")), column(stack("v-code"), stack("v-knew")), column(stack("v-flow"), stack("v-log"))],
};

/** The tab a phone opens with. */
const FIRST_TAB: Readonly<Record<Screen, Tab>> = { workbench: "code", verifier: "v-why" };

export function defaultLayout(width: WidthClass, screen: Screen = "workbench"): Layout {
  return { screen, width, columns: COLUMNS[screen], shares: null, tab: FIRST_TAB[screen] };
}

/** The screen a pane is on. */
export function screenOf(pane: PaneId): Screen {
  return PANES_OF.verifier.includes(pane) ? "verifier" : "workbench";
}

function changeStack(layout: Layout, pane: PaneId, change: (stack: Stack) => Stack): Layout {
  const columns = layout.columns.map((column) =>
    column.stacks.some((stack) => stack.panes.includes(pane))
      ? { ...column, stacks: column.stacks.map((stack) => (stack.panes.includes(pane) ? change(stack) : stack)) }
      : column,
  );
  return { ...layout, columns };
}

/** Folds a pane's place to its header, or opens it. An editor stays open. */
export function fold(layout: Layout, pane: PaneId, shut: boolean): Layout {
  return changeStack(layout, pane, (stack) => ({ ...stack, shut: shut && !stack.panes.some((id) => EDITORS.has(id)) }));
}

/** Brings a pane on top of its place, and opens that place. */
export function show(layout: Layout, pane: PaneId): Layout {
  const shown = changeStack(layout, pane, (stack) => ({ ...stack, active: pane, shut: false }));
  const tab = TABS_OF[layout.screen].find((tab) => TAB_PANES[tab].includes(pane)) ?? layout.tab;
  return { ...shown, tab };
}

/** Takes a pane out of its place; empty places and columns go. */
function without(layout: Layout, pane: PaneId): Layout {
  const columns = layout.columns
    .map((column) => {
      const stacks = column.stacks
        .map((stack) => {
          const panes = stack.panes.filter((id) => id !== pane);
          return { ...stack, panes, active: stack.active === pane ? (panes[0] ?? pane) : stack.active };
        })
        .filter((stack) => stack.panes.length > 0);
      return stacks.length === column.stacks.length ? { ...column, stacks } : { stacks, heights: null };
    })
    .filter((column) => column.stacks.length > 0);
  return { ...layout, columns, shares: columns.length === layout.columns.length ? layout.shares : null };
}

/** Moves a pane beside, or as a tab into, the place that holds `target`. */
export function move(layout: Layout, pane: PaneId, target: PaneId, where: Where): Layout {
  if (pane === target) return layout;
  const rest = without(layout, pane);
  const columns = rest.columns.map((column) => {
    const at = column.stacks.findIndex((stack) => stack.panes.includes(target));
    if (at < 0) return column;
    if (where === "tab") {
      const stacks = column.stacks.map((stack, index) =>
        index === at ? { panes: [...stack.panes, pane], active: pane, shut: false } : stack,
      );
      return { ...column, stacks };
    }
    const stacks = [...column.stacks];
    stacks.splice(where === "above" ? at : at + 1, 0, stack(pane));
    return { stacks, heights: null };
  });
  return { ...rest, columns };
}

/** Moves a pane to the end of a column; one past the last makes a new column, three at most. */
export function moveToColumn(layout: Layout, pane: PaneId, index: number): Layout {
  const rest = without(layout, pane);
  if (index >= rest.columns.length && rest.columns.length < 3) {
    return { ...rest, columns: [...rest.columns, column(stack(pane))], shares: null };
  }
  const at = Math.min(index, rest.columns.length - 1);
  const columns = rest.columns.map((column, i) =>
    i === at ? { stacks: [...column.stacks, stack(pane)], heights: null } : column,
  );
  return { ...rest, columns };
}

/** Moves the boundary after item `at` by `delta` px, keeping both neighbours at least `least`. */
export function drag(sizes: readonly number[], at: number, delta: number, least: number): number[] {
  const before = sizes[at] ?? 0;
  const after = sizes[at + 1] ?? 0;
  const room = Math.min(after - least, Math.max(least - before, delta));
  const by = before + after < 2 * least ? 0 : room;
  return sizes.map((size, index) => (index === at ? before + by : index === at + 1 ? after - by : size));
}

export function setShares(layout: Layout, shares: readonly number[] | null): Layout {
  return { ...layout, shares };
}

export function setHeights(layout: Layout, index: number, heights: readonly number[] | null): Layout {
  const columns = layout.columns.map((column, i) => (i === index ? { ...column, heights } : column));
  return { ...layout, columns };
}

/** A layout read back from storage, or null if it is not one that holds every pane of the screen exactly once. */
export function parseLayout(value: unknown, width: WidthClass, screen: Screen = "workbench"): Layout | null {
  if (typeof value !== "object" || value === null) return null;
  const { columns, shares, tab } = value as Partial<Layout>;
  if (!Array.isArray(columns) || columns.length === 0 || columns.length > 3) return null;
  const seen: unknown[] = [];
  for (const column of columns as Partial<Column>[]) {
    if (!Array.isArray(column?.stacks) || column.stacks.length === 0) return null;
    if (!sizesFit(column.heights, column.stacks.length)) return null;
    for (const stack of column.stacks as Partial<Stack>[]) {
      if (!Array.isArray(stack?.panes) || !stack.panes.includes(stack.active as PaneId)) return null;
      seen.push(...(stack.panes as unknown[]));
    }
  }
  const wanted = PANES_OF[screen];
  const complete = seen.length === wanted.length && wanted.every((id) => seen.includes(id));
  if (!complete || !sizesFit(shares, columns.length)) return null;
  const known = tab !== undefined && TABS_OF[screen].includes(tab) ? tab : FIRST_TAB[screen];
  return { screen, width, columns, shares: shares ?? null, tab: known };
}

function sizesFit(sizes: unknown, count: number): boolean {
  if (sizes === null || sizes === undefined) return true;
  return Array.isArray(sizes) && sizes.length === count && sizes.every((size) => Number.isFinite(size) && size > 0);
}
