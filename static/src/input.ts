// Keys pressed anywhere on the page, turned into commands.
import * as actions from "./actions.ts";
import { takeTyped, typeAhead } from "./ahead.ts";
import { bindings, BY_ID } from "./commands.ts";
import { front } from "./front.ts";
import { chordOf, commandFor, worksInText } from "./keys.ts";
import { screen } from "./screen.ts";
import { act, state } from "./store.ts";

/** Where typing means text. */
function inText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable=true]") !== null;
}

function inEditor(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".cm-editor") !== null;
}

function inPanel(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".pop") !== null;
}

/** The same digits go to the panes of either screen. */
function onScreen(command: string): boolean {
  return command.startsWith("show-v-") === (screen.peek() === "verifier");
}

/** Keys that an editor or a field has a meaning of its own for. */
const OWN = new Set(["Ctrl+Z", "Ctrl+Enter"]);

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || front.peek() !== "workbench") return;
  const chord = chordOf(event);
  if (chord === null) return;
  if (chord === "Escape") return escape();
  const { overlay } = state.peek();
  if ((overlay === "palette" || overlay === "reference") && !inPanel(event.target) && typeAhead(event)) return event.preventDefault();
  const text = inText(event.target);
  if (text && (!worksInText(chord) || (OWN.has(chord) && !(chord === "Ctrl+Enter" && inEditor(event.target))))) return;
  const id = commandFor(bindings.peek(), chord, onScreen);
  if (id === null) return;
  event.preventDefault();
  BY_ID.get(id)?.run();
}

function escape(): void {
  takeTyped();
  if (state.peek().overlay !== null) act(actions.setOverlay, null);
  else if (state.peek().pin !== null) act(actions.pin, null);
}

export function startInput(): void {
  addEventListener("keydown", onKey);
}
