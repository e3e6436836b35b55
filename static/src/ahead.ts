// Letters typed for a panel whose field is not on screen yet: it takes them when it comes.
let typed = "";

/** Keeps a printable key; whether it was one. */
export function typeAhead({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (key.length !== 1 || ctrlKey || metaKey || altKey) return false;
  typed += key;
  return true;
}

export function takeTyped(): string {
  const taken = typed;
  typed = "";
  return taken;
}
