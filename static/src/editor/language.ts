// The two syntaxes of the assembler, as far as the page shows them: keywords bold, comments quiet, labels strong.
// Colour is left to data: registers are coloured by what they hold (see marks.ts).
import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting, type StringStream } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const KEYWORD = /^(?:if|goto|gotol|may_goto|call|callx|exit|lock|else)\b/;
const NAME = /^[A-Za-z_][\w.]*/;

interface LineState {
  start: boolean;
}

function token(stream: StringStream, state: LineState): string | null {
  if (stream.sol()) state.start = true;
  if (stream.eatSpace()) return null;
  if (stream.match(/^(?:;|\/\/|#(?!\d)).*/)) return "comment";
  if (stream.match("/*")) {
    if (!stream.skipTo("*/")) stream.skipToEnd();
    else stream.match("*/");
    return "comment";
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
  const first = state.start;
  state.start = false;
  if (first && stream.match(/^[A-Za-z_.$][\w.$]*:(?!:)/)) return "labelName";
  if (first && stream.match(/^\.[A-Za-z_][\w]*/)) return "meta";
  if (stream.match(KEYWORD)) return "keyword";
  if (stream.match(NAME)) return "name";
  if (stream.match(/^0x[0-9a-f]+|^\d+/i)) return "number";
  stream.next();
  return null;
}

const language = StreamLanguage.define<LineState>({
  name: "ebpf",
  startState: () => ({ start: true }),
  copyState: (state) => ({ ...state }),
  token,
  languageData: { commentTokens: { line: ";" }, closeBrackets: { brackets: ["(", "[", '"'] } },
});

const style = HighlightStyle.define([
  { tag: tags.keyword, class: "kw" },
  { tag: tags.comment, class: "cm" },
  { tag: tags.labelName, class: "lab" },
  { tag: tags.meta, class: "dir" },
]);

export function ebpf(): LanguageSupport {
  return new LanguageSupport(language, [syntaxHighlighting(style)]);
}
