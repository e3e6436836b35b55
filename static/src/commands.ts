// Everything a key, a button of the palette or a menu can do, as one table.
import { signal } from "@preact/signals";
import * as actions from "./actions.ts";
import { editorCommands } from "./editor/port.ts";
import { bind, type Bindings } from "./keys.ts";
import { applyTheme, toggleTheme } from "./page.ts";
import { layoutWith } from "./dock.ts";
import { defaultLayout, EDITORS, fold, moveToColumn, PANES_OF, screenOf, show, TITLES, type Layout, type PaneId } from "./panes.ts";
import { keep, recall } from "./prefs.ts";
import { openReference, wordUnderCursor } from "./reference.ts";
import * as select from "./select.ts";
import { share } from "./share.ts";
import { act, state } from "./store.ts";
import { screen, show as showScreen } from "./screen.ts";
import * as time from "./time.ts";
import { cancel, runNow } from "./transport.ts";
import * as walk from "./verifier/walk.ts";

export interface Command {
  id: string;
  title: string;
  group: "Time" | "Verifier" | "Editor" | "View" | "Program";
  keys: readonly string[];
  run: () => void;
}

function command(id: string, group: Command["group"], title: string, keys: readonly string[], run: () => unknown): Command {
  return { id, group, title, keys, run: () => void run() };
}

function arrange(pane: PaneId, change: (layout: Layout) => Layout, label: string): void {
  act(actions.arrange, change(layoutWith(pane)), label);
}

/** The panes of the screen that is shown, as they stand at first. */
function resetLayout(): void {
  const [first] = PANES_OF[screen.peek()];
  arrange(first!, (layout) => defaultLayout(layout.width, layout.screen), "the layout");
}

/** Frames to wait for the code of a screen. */
const MOST_FRAMES = 300;

function focusWhenThere(pane: PaneId, frames = MOST_FRAMES): void {
  const found = document.querySelector<HTMLElement>(`[data-pane="${pane}"]`);
  if (found !== null) found.focus();
  else if (frames > 0) requestAnimationFrame(() => focusWhenThere(pane, frames - 1));
}

/** A page with other places for the panes puts its own way to them here. */
export const places: { show: ((pane: PaneId) => void) | null } = { show: null };

/** Brings a pane up, on its own screen, and puts the focus into it; the editor is on both. */
export function focusPane(wanted: PaneId): void {
  if (places.show !== null) return places.show(wanted);
  const pane = wanted === "editor" && screen.peek() === "verifier" ? "v-code" : wanted;
  showScreen(screenOf(pane));
  act(actions.setLayout, show(layoutWith(pane), pane));
  requestAnimationFrame(() => focusWhenThere(pane));
}

function cyclePanes(by: 1 | -1): void {
  const shown = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => pane.offsetParent !== null);
  const at = shown.findIndex((pane) => pane.contains(document.activeElement));
  shown[(at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by + shown.length) % shown.length]?.focus();
}

/** Problems of the text and the fault of the run, in the editor one after the other. */
function toProblem(by: 1 | -1): void {
  focusPane("editor");
  editorCommands.problem(by);
}

function toDrop(): void {
  const packets = select.run.peek()?.packets ?? [];
  const from = state.peek().cursor.packet;
  const bad = packets.filter(({ effect }) => effect === "drop" || effect === "aborted");
  const next = bad.find(({ index }) => index > from) ?? bad[0];
  if (next !== undefined) time.seekPacket(next.index, next.steps);
}

function undo(): void {
  const past = state.peek().history.at(-1);
  if (past === undefined) return editorCommands.undo();
  act(actions.undo);
  act(actions.toast, `Took back: ${past.label}`);
}

const BOTH = ["forward", "back"] as const;

/** On the verifier's screen the keys of time move through its walk. */
function inTime(run: () => unknown, walked: () => unknown): () => unknown {
  return () => (screen.peek() === "verifier" ? walked() : run());
}

function verifierCommands(): Command[] {
  return [
    command("verifier", "Verifier", "Verifier: why it is accepted or rejected", ["E"], () => focusPane("v-why")),
    command("workbench", "Verifier", "Workbench: run the program", ["W"], () => showScreen("workbench")),
    command("fork", "Verifier", "Next fork of the verifier's walk", ["F6"], () => walk.toFork(1)),
    command("fork-back", "Verifier", "Previous fork of the verifier's walk", ["Alt+F6"], () => walk.toFork(-1)),
    command("path", "Verifier", "Next path of the verifier's walk", ["]"], () => walk.toPath(1)),
    command("path-back", "Verifier", "Start of this path, or the one before", ["["], () => walk.toPath(-1)),
  ];
}

function timeCommands(): Command[] {
  const turn = (keys: string, direction: (typeof BOTH)[number]) => [direction === "forward" ? keys : `Alt+${keys}`];
  return [
    command("step", "Time", "Step", ["."], inTime(() => time.step(1), () => walk.step(1))),
    command("step-back", "Time", "Step back", [","], inTime(() => time.step(-1), () => walk.step(-1))),
    ...BOTH.flatMap((direction) => {
      const back = direction === "back";
      const id = (name: string) => (back ? `${name}-back` : name);
      return [
        command(id("over"), "Time", back ? "Step back over a call" : "Step over a call", turn("F10", direction), inTime(() => time.stepUntil("over", direction), () => walk.step(back ? -1 : 1))),
        command(id("into"), "Time", back ? "Step back into a function" : "Step into a function", turn("F11", direction), inTime(() => time.stepUntil("into", direction), () => walk.step(back ? -1 : 1))),
        command(id("out"), "Time", back ? "Back to the call" : "Out to the caller", turn("Shift+F11", direction), () => time.stepUntil("out", direction)),
        command(id("continue"), "Time", back ? "Reverse-continue" : "Continue", turn("F5", direction), inTime(() => time.continueTo("breakpoint", direction), () => walk.toPath(back ? -1 : 1))),
        command(id("to-helper"), "Time", back ? "Back to the last helper call" : "Run to the next helper call", [], () => time.continueTo("helper", direction)),
        command(id("to-map-write"), "Time", back ? "Back to the last map write" : "Run to the next map write", [], () => time.continueTo("map-write", direction)),
        command(id("to-branch"), "Time", back ? "Back to the last branch" : "Run to the next branch", [], () => time.continueTo("branch", direction)),
      ];
    }),
    command("to-return", "Time", "Run to the next return", [], () => time.continueTo("return", "forward")),
    command("first-step", "Time", "First step of this packet", ["Alt+Home"], inTime(() => time.seek(0), () => walk.seek(0))),
    command("last-step", "Time", "Last step of this packet", ["Alt+End"], inTime(() => time.seek(Infinity), () => walk.seek(Infinity))),
    command("next-packet", "Time", "Next packet", ["Alt+PageDown"], () => time.seekPacket(state.peek().cursor.packet + 1)),
    command("previous-packet", "Time", "Previous packet", ["Alt+PageUp"], () => time.seekPacket(state.peek().cursor.packet - 1)),
    command("next-drop", "Time", "Next dropped packet", ["D"], toDrop),
  ];
}

/** `place` stands before the pane's name, where two screens have panes of one name. */
function paneCommand(pane: PaneId, keys: readonly string[], place: string): Command[] {
  const name = `${place}${TITLES[pane]}`;
  return [
    command(`show-${pane}`, "View", `Go to ${name}`, keys, () => focusPane(pane)),
    ...(EDITORS.has(pane) ? [] : [command(`fold-${pane}`, "View", `Fold ${name} to its header`, [], () => arrange(pane, (layout) => fold(layout, pane, true), `folding ${TITLES[pane]}`))]),
    ...[0, 1, 2].map((index) =>
      command(`move-${pane}-${index}`, "View", `Move pane ${name} to column ${index + 1}`, [], () => arrange(pane, (layout) => moveToColumn(layout, pane, index), `moving ${TITLES[pane]}`)),
    ),
  ];
}

function paneCommands(): Command[] {
  return [
    ...PANES_OF.workbench.flatMap((pane, i) => paneCommand(pane, [String(i + 1)], "")),
    ...PANES_OF.verifier.flatMap((pane, i) => paneCommand(pane, [String(i + 1)], "verifier: ")),
  ];
}

export const COMMANDS: readonly Command[] = [
  ...timeCommands(),
  ...verifierCommands(),
  command("breakpoint", "Editor", "Breakpoint on this line", ["F9"], () => editorCommands.toggleBreakpoint()),
  command("condition", "Editor", "Condition of the breakpoint on this line", ["Shift+F9"], () => editorCommands.askCondition()),
  command("next-problem", "Editor", "Next problem", ["F8"], () => toProblem(1)),
  command("previous-problem", "Editor", "Previous problem", ["Shift+F8"], () => toProblem(-1)),
  command("to-cursor", "Editor", "Go to when the line of the text cursor ran", [], () => editorCommands.toCursorLine()),
  command("run", "Program", "Run again", ["Ctrl+Enter"], runNow),
  command("cancel", "Program", "Stop the run that is under way", [], cancel),
  command("share", "Program", "Copy a link to exactly this state", [], share),
  command("undo", "Program", "Undo", ["Ctrl+Z"], undo),
  command("new", "Program", "New program", [], () => location.assign("/workbench?example=blank")),
  command("home", "Program", "Home", [], () => location.assign("/")),
  command("packets", "Program", "Packets to send", [], () => focusPane("packets")),
  command("palette", "View", "Command palette", ["Ctrl+K"], () => act(actions.setOverlay, state.peek().overlay === "palette" ? null : "palette")),
  command("keys", "View", "All keys", ["?"], () => act(actions.setOverlay, state.peek().overlay === "keys" ? null : "keys")),
  command("reference", "View", "Reference: instructions, helpers, constants, fields", ["F1"], () => openReference(wordUnderCursor())),
  command("transcript", "View", "Transcript of this run", [], () => act(actions.setOverlay, "transcript")),
  command("next-pane", "View", "Next pane", ["F7"], () => cyclePanes(1)),
  command("previous-pane", "View", "Previous pane", ["Shift+F7"], () => cyclePanes(-1)),
  command("unpin", "View", "Unpin", [], () => act(actions.pin, null)),
  command("theme", "View", "Switch light or dark", [], toggleTheme),
  command("theme-system", "View", "Light or dark as the system says", [], () => applyTheme(null)),
  command("reset-layout", "View", "Reset layout", [], resetLayout),
  ...paneCommands(),
];

export const BY_ID: ReadonlyMap<string, Command> = new Map(COMMANDS.map((entry) => [entry.id, entry]));

const DEFAULTS: Bindings = new Map(COMMANDS.map(({ id, keys }) => [id, keys]));

function readChanges(): Record<string, string[]> {
  const kept = recall("keys");
  if (typeof kept !== "object" || kept === null) return {};
  const good = Object.entries(kept).filter(
    ([id, chords]) => BY_ID.has(id) && Array.isArray(chords) && chords.every((chord) => typeof chord === "string"),
  );
  return Object.fromEntries(good) as Record<string, string[]>;
}

export const keyChanges = signal<Record<string, string[]>>({});
export const bindings = signal<Bindings>(DEFAULTS);

export function startKeys(): void {
  setKeys(readChanges());
}

function setKeys(changes: Record<string, string[]>): void {
  keyChanges.value = changes;
  bindings.value = bind(DEFAULTS, changes);
}

/** Gives a command other keys; null gives it back its own. */
export function rebind(id: string, chords: string[] | null): void {
  const { [id]: _, ...rest } = keyChanges.peek();
  const changes = chords === null ? rest : { ...rest, [id]: chords };
  keep("keys", changes);
  setKeys(changes);
}

export function resetKeys(): void {
  keep("keys", null);
  setKeys({});
}

export function keysOf(id: string): readonly string[] {
  return bindings.value.get(id) ?? [];
}
