// What this browser remembers. Storage may be refused or full: then it answers as if nothing was kept.

export function recall(key: string): unknown {
  try {
    const text = localStorage.getItem(`hs:${key}`);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** False when it could not be kept. */
export function keep(key: string, value: unknown): boolean {
  try {
    if (value === null) localStorage.removeItem(`hs:${key}`);
    else localStorage.setItem(`hs:${key}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
