// What the metrics page knows: one signal for each thing, changed by the functions of this folder alone.
import { computed, signal } from "@preact/signals";
import type { CellReply, DiagnosticView, Failure, Inputs, MetricsExample, MetricsReply, PolicyExample, PolicyView, ScenarioView } from "../schemas.ts";
import { deciding, firstCell, NO_SHINE, shine, type Aim, type Cell } from "./doors.ts";
import { largest, lit, type Pointed } from "./follow.ts";

/** The program whose maps are read; `id` where it is saved, `example` where it is one of those built in. */
export interface Program {
  id: string | null;
  example: string | null;
  title: string;
  inputs: Inputs;
}

export const program = signal<Program | null>(null);
/** Why there is no program. */
export const failure = signal<Failure | null>(null);
/** Where the texts are kept. */
export type Keeping = "untouched" | "local" | "saving" | "saved" | "offline";

export const saving = signal<Keeping>("untouched");
export const online = signal(true);

/** Null: those the server suggests. */
/** The scenario that the maps are measured by, by its id; empty: the program's own packets. */
export const scenario = signal("");
export const scenarios = signal<readonly Pick<ScenarioView, "id" | "title">[]>([]);
export const policyExamples = signal<readonly PolicyExample[]>([]);
export const examples = signal<readonly MetricsExample[]>([]);

export const rules = signal<string | null>(null);
export const policies = signal("");
export const cluster = signal("");
/** Counts the texts that were put into the editors by the page and not typed. */
export const given = signal(0);
/** After how many packets the maps are read; null: all. */
export const at = signal<number | null>(null);

export interface Measured {
  /** The last that had metrics. */
  reply: MetricsReply | null;
  problems: readonly DiagnosticView[];
  failure: Failure | null;
  working: { done: number; total: number } | null;
  /** Whether what is shown is from before the last edit. */
  stale: boolean;
}

export const measured = signal<Measured>({ reply: null, problems: [], failure: null, working: null, stale: false });

export interface Decided {
  view: PolicyView | null;
  policies: readonly DiagnosticView[];
  cluster: readonly DiagnosticView[];
  failure: Failure | null;
  stale: boolean;
}

export const decided = signal<Decided>({ view: null, policies: [], cluster: [], failure: null, stale: false });
/** The chosen cell in full, as the server told it. */
export const told = signal<{ at: Cell; reply: CellReply } | null>(null);

export const hover = signal<Pointed | null>(null);
export const pin = signal<Pointed | null>(null);
export const shown = computed(() => lit(measured.value.reply, hover.value ?? pin.value ?? largest(measured.value.reply)));
export const chosenMap = signal<string | null>(null);
/** The map whose entries are shown: that of what is pointed at, else the chosen one. */
export const mapShown = computed<string | null>(() => {
  const pointed = hover.value !== null || pin.value !== null || chosenMap.value === null;
  const names = measured.value.reply?.maps.map(({ name }) => name) ?? [];
  const wanted = pointed ? shown.value.map : chosenMap.value;
  return wanted !== null && names.includes(wanted) ? wanted : (names[0] ?? null);
});

export const aim = signal<Aim | null>(null);
const chosen = signal<Cell | null>(null);
/** The cell that is chosen: one at the beginning, and as long as it is there. */
export const cell = computed<Cell | null>(() => {
  const { view } = decided.value;
  const wanted = chosen.value;
  if (wanted !== null && view?.cells[wanted.row]?.[wanted.column] !== undefined) return wanted;
  return firstCell(view);
});
export const shining = computed(() => (decided.value.view === null ? NO_SHINE : shine(decided.value.view, aim.value ?? cell.value)));
const wantedDoor = signal<number | null>(null);

/** The door whose entries are shown: that of what is pointed at, that one asked for, or the one that decided. */
export const door = computed<number | null>(() => {
  const { view } = decided.value;
  const place = cell.value;
  if (view === null) return null;
  const pointed = aim.value === null ? null : shining.value.door;
  const answered = place === null ? undefined : view.cells[place.row]?.[place.column];
  return pointed ?? wantedDoor.value ?? (answered === undefined ? null : deciding(answered)) ?? (view.doors.length > 0 ? 0 : null);
});

export function choose(place: Cell): void {
  chosen.value = place;
  wantedDoor.value = null;
  aim.value = null;
}

export function showDoor(number: number): void {
  wantedDoor.value = number;
}

/** Pins what is pointed at, or lets go of it where it was pinned already. */
export function pinned(pointed: Pointed): void {
  const same = JSON.stringify(pin.peek()) === JSON.stringify(pointed);
  pin.value = same ? null : pointed;
}
