// The server's words as sentences, with the code in them told apart. Pure functions only.
import { sentence } from "../views/words.ts";

/** A name that must stay as it is written: a register, a helper, something in backticks. */
const NAME = /^(?:[rw]\d+\b|[a-z]+_\w+|fp\b|pc\b|`)/;

export function toldAs(text: string): string {
  const said = sentence(text);
  return NAME.test(text.trim()) ? text.trim().charAt(0) + said.slice(1) : said;
}

export interface Piece {
  text: string;
  code: boolean;
}

/** The text cut at its backticks; one without a partner stays. */
export function piecesOfCode(text: string): Piece[] {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [{ text, code: false }];
  return parts.map((part, i) => ({ text: part, code: i % 2 === 1 })).filter((piece) => piece.text !== "");
}
