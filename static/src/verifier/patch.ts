// Edits of a patch, made in a text. Pure functions only.
import type { EditView } from "../schemas.ts";

/** The text with all edits made, the last in the text first, so that places stay true. */
export function applied(source: string, edits: readonly EditView[]): string {
  const lines = source.split("\n");
  const backwards = [...edits].sort((a, b) => b.line - a.line || b.start - a.start);
  for (const { line, start, end, text } of backwards) {
    const old = lines[line - 1] ?? "";
    lines[line - 1] = old.slice(0, start) + text + old.slice(end);
  }
  return lines.join("\n");
}
