// YAML as far as the page shows it: keys bold, comments quiet, and no colour.
import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting, type StringStream } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const KEY = /^(?:[A-Za-z_][\w.\/-]*|"(?:[^"\\]|\\.)*"|'[^']*')(?=\s*:(?:\s|$))/;

/** The kind of the next piece of a line. */
export function token(stream: Pick<StringStream, "sol" | "eatSpace" | "match" | "next" | "peek" | "skipToEnd"> & { pos: number; string: string }): string | null {
  if (stream.eatSpace()) return null;
  const before = stream.pos === 0 ? " " : (stream.string[stream.pos - 1] ?? " ");
  if (stream.peek() === "#" && /\s/.test(before)) {
    stream.skipToEnd();
    return "comment";
  }
  if (stream.match(KEY)) return "keyword";
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'[^']*'?/)) return "string";
  if (stream.match(/^[^\s{}[\],#"']+/)) return null;
  stream.next();
  return null;
}

const language = StreamLanguage.define<null>({
  name: "yaml",
  startState: () => null,
  token: (stream) => token(stream),
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"'] }, indentOnInput: /^\s*[-}\]]/ },
});

const style = HighlightStyle.define([
  { tag: tags.keyword, class: "kw" },
  { tag: tags.comment, class: "cm" },
]);

export function yaml(): LanguageSupport {
  return new LanguageSupport(language, [syntaxHighlighting(style)]);
}
