// Finding what someone means by a few letters.

/** How well `query`'s words are found in `text`, higher is better; null if one is missing. */
export function match(query: string, text: string): number | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const low = text.toLowerCase();
  let score = 0;
  for (const word of words) {
    const at = low.indexOf(word);
    if (at < 0) return null;
    const start = at === 0 || !/[a-z0-9]/.test(low[at - 1] ?? "");
    score += (start ? 10 : 2) + (at === 0 ? 5 : 0) + word.length / text.length;
  }
  return score;
}

/** The entries that match, best first, in their own order where equal. */
export function search<T>(query: string, entries: readonly T[], text: (entry: T) => string, most: number): T[] {
  const found = entries.flatMap((entry, index) => {
    const score = match(query, text(entry));
    return score === null ? [] : [{ entry, score, index }];
  });
  found.sort((a, b) => b.score - a.score || a.index - b.index);
  return found.slice(0, most).map(({ entry }) => entry);
}
