// Sentences as they travel, and the pieces that views read in them.

export type PartKind = "pc" | "reg" | "ctx" | "pkt" | "stk" | "map" | "num" | "change" | "label" | "verdict" | "helper" | "fault";

export interface Part {
  /** "" for plain words. */
  kind: PartKind | "";
  text: string;
  /** Where it leads to. */
  pc: number | null;
}

const MARK = "~";

/** Words that may hold a mark themselves, without it. */
export function unmarked(words: string): string {
  return words.replaceAll(MARK, "∼");
}

/** A marked piece of a sentence. */
export function marked(kind: PartKind, text: string): string {
  return `~${kind}~${unmarked(text)}~`;
}

/** What the marks divide a sentence into: plain words, a kind, its text, plain words … */
export function partsOf(sentence: string): Part[] {
  const pieces = sentence.split(MARK);
  const parts: Part[] = [];
  for (let i = 0; i < pieces.length; i += 3) {
    const [words = "", code, text = ""] = pieces.slice(i, i + 3);
    if (words !== "") parts.push({ kind: "", text: words, pc: null });
    if (code === undefined) continue;
    const [kind, pc] = code.split(":");
    parts.push({ kind: kind as PartKind, text, pc: pc === undefined ? null : Number(pc) });
  }
  return parts;
}

/** The words of a sentence. */
export function plain(sentence: string): string {
  return sentence.replace(/~[^~]*~([^~]*)~/g, "$1");
}

/** The helper that a sentence tells of. */
export function helperIn(sentence: string): string | null {
  return /~helper~([^~]*)~/.exec(sentence)?.[1] ?? null;
}
