// The question "stop here only if …", asked in a popover beside the line.
import { signal } from "@preact/signals";
import type { EditorView } from "@codemirror/view";
import { state } from "../store.ts";

export const prompt = signal<{ line: number; value: string; x: number; y: number } | null>(null);

export function askCondition(view: EditorView, line: number): void {
  const at = view.coordsAtPos(view.state.doc.line(line).from) ?? view.dom.getBoundingClientRect();
  const value = state.peek().breakpoints.find((breakpoint) => breakpoint.line === line)?.condition ?? "";
  prompt.value = { line, value, x: at.left, y: at.bottom };
}
