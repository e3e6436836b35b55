// The shape of everything the page knows. Values are never changed in place: actions.ts makes new ones.
import type { CheckReply, Failure, GraphReply, Inputs, MarksReply, PacketView, ProgramView, Reference, RunReply, WindowReply } from "./schemas.ts";
import { defaultLayout, type Layout } from "./panes.ts";
import type { Link } from "./related.ts";

/** State `step` of `packet`: the moment before that step runs; equal to the packet's step count, after the last. */
export interface Cursor {
  packet: number;
  step: number;
}

export interface Breakpoint {
  line: number;
  condition: string | null;
}

export type Connection = "connecting" | "online" | "lost";

/**
 * Where the work is kept: nowhere yet, this browser so far, on its way, the server; or this browser only, because the
 * server is away, refused to save it, or keeps it in memory and forgets it when it stops.
 */
export type Saving = "untouched" | "local" | "saving" | "saved" | "offline" | "refused" | "fleeting";

export interface Toast {
  id: number;
  text: string;
  /** Names a step of `history` that the toast's Undo takes back. */
  undo: number | null;
  href: string | null;
}

/** What undo restores outside the editor's own text. */
export interface Kept {
  inputs: Inputs;
  breakpoints: readonly Breakpoint[];
  layout: Layout;
  verifierLayout: Layout;
}

export interface Past {
  id: number;
  label: string;
  kept: Kept;
  /** Whether the change touched the text, so that undo brings the old one back; else the editor's own undo does. */
  text: boolean;
}

export interface Progress {
  revision: number;
  done: number;
  total: number;
  since: number;
}

export type Overlay = "palette" | "keys" | "transcript" | "reference" | null;

export interface State {
  id: string | null;
  title: string;
  /** The server's save that this text is based on. */
  version: number;
  saving: Saving;
  /** Whether what the address names has been opened. */
  opened: boolean;
  inputs: Inputs;
  /** Counts changes of the inputs; replies about older ones are stale. */
  revision: number;
  check: CheckReply | null;
  /** Of the last check that had any: shown while the text does not assemble. */
  programs: readonly ProgramView[];
  /** The last graph asked for; its revision says of which text. */
  graph: GraphReply | null;
  run: RunReply | null;
  windows: ReadonlyMap<string, WindowReply>;
  /** The few steps around a place whose window is still on its way. */
  glimpse: WindowReply | null;
  marks: ReadonlyMap<number, MarksReply>;
  progress: Progress | null;
  failure: Failure | null;
  cursor: Cursor;
  /** Why the last continue stopped where it did. */
  why: string;
  breakpoints: readonly Breakpoint[];
  hover: Link | null;
  pin: Link | null;
  /** Of the workbench. */
  layout: Layout;
  verifierLayout: Layout;
  connection: Connection;
  reference: Reference | null;
  /** Dissected packets by their hex. */
  packets: ReadonlyMap<string, PacketView>;
  overlay: Overlay;
  toasts: readonly Toast[];
  history: readonly Past[];
  theme: "light" | "dark" | null;
}

export const NO_INPUTS: Inputs = { source: "", hook: "xdp", packets: [], times_ns: [], seed: 1, cpu: 0, max_steps: 1_000_000 };

export function initialState(): State {
  return {
    id: null,
    title: "untitled",
    version: 0,
    saving: "untouched",
    opened: false,
    inputs: NO_INPUTS,
    revision: 0,
    check: null,
    programs: [],
    graph: null,
    run: null,
    windows: new Map(),
    glimpse: null,
    marks: new Map(),
    progress: null,
    failure: null,
    cursor: { packet: 0, step: 0 },
    why: "",
    breakpoints: [],
    hover: null,
    pin: null,
    layout: defaultLayout("wide"),
    verifierLayout: defaultLayout("wide", "verifier"),
    connection: "connecting",
    reference: null,
    packets: new Map(),
    overlay: null,
    toasts: [],
    history: [],
    theme: null,
  };
}
