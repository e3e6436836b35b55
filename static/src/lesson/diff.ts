// Two texts line by line: what is only in one, what is only in the other, what is in both.
export interface DiffLine {
  kind: "same" | "mine" | "theirs";
  text: string;
  /** Numbers from 1, where the line stands in that text. */
  mine: number | null;
  theirs: number | null;
}

/** Beyond this many lines a text is shown whole, one after the other. */
const MOST = 2_000;

/** Lengths of the longest common subsequence of all pairs of tails. */
function tails(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  return table;
}

function key(line: string): string {
  return line.trim().replace(/\s+/g, " ");
}

/** Spaces at the ends and between words make no difference. */
export function diff(mine: string, theirs: string): DiffLine[] {
  const [a, b] = [mine.trimEnd().split("\n"), theirs.trimEnd().split("\n")];
  const [ka, kb] = a.length > MOST || b.length > MOST ? [[], []] : [a.map(key), b.map(key)];
  const table = tails(ka, kb);
  const found: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < ka.length && j < kb.length && ka[i] === kb[j]) {
      found.push({ kind: "same", text: a[i]!, mine: i + 1, theirs: j + 1 });
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) {
      found.push({ kind: "mine", text: a[i]!, mine: i + 1, theirs: null });
      i += 1;
    } else {
      found.push({ kind: "theirs", text: b[j]!, mine: null, theirs: j + 1 });
      j += 1;
    }
  }
  return found;
}
