// Keys as data: chords such as "Alt+F10", and which command each one means.

export interface Chord {
  key: string;
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
}

/** Only the fields of a KeyboardEvent that name a chord. */
export type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

export type Bindings = ReadonlyMap<string, readonly string[]>;

const MODIFIERS = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph"]);
const ARROWS: Readonly<Record<string, string>> = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

/** The chord of a key press as text, modifiers in a fixed order; null for a modifier alone. Cmd counts as Ctrl. */
export function chordOf(press: Press): string | null {
  if (MODIFIERS.has(press.key)) return null;
  let key = press.key;
  if (press.altKey && /^(Key[A-Z]|Digit\d)$/.test(press.code)) key = press.code.replace(/^(Key|Digit)/, "");
  if (key.length === 1) key = key.toUpperCase();
  if (key === " ") key = "Space";
  const letter = /^[A-Z]$/.test(key);
  const named = key.length > 1;
  const parts = [];
  if (press.ctrlKey || press.metaKey) parts.push("Ctrl");
  if (press.altKey) parts.push("Alt");
  if (press.shiftKey && (named || letter)) parts.push("Shift");
  return [...parts, key].join("+");
}

/** A chord as printed on a key cap. */
export function caption(chord: string, mac: boolean): string {
  const parts = chord.split("+");
  const last = parts.at(-1) === "" ? "+" : (parts.at(-1) ?? "");
  const key = ARROWS[last] ?? (last === "Enter" ? "↵" : last);
  const before = parts.slice(0, -1).filter((part) => part !== "");
  if (!mac) return [...before, key].join(" ");
  const signs: Readonly<Record<string, string>> = { Ctrl: "⌘", Alt: "⌥", Shift: "⇧" };
  return before.map((part) => signs[part] ?? part).join("") + key;
}

/** Whether a chord can mean a command while someone types text: it has a modifier or is a function key. */
export function worksInText(chord: string): boolean {
  return /^(Ctrl|Alt)\+/.test(chord) || /(^|\+)F\d{1,2}$/.test(chord) || chord === "Escape";
}

/** The defaults with the learner's changes laid over; a chord taken by a change leaves its former command. */
export function bind(defaults: Bindings, changes: Readonly<Record<string, readonly string[]>>): Bindings {
  const taken = new Set(Object.values(changes).flat());
  const bound = new Map<string, readonly string[]>();
  for (const [command, chords] of defaults) {
    bound.set(command, changes[command] ?? chords.filter((chord) => !taken.has(chord)));
  }
  return bound;
}

/** The command that a chord means, or null; of several the one that is at home on the screen shown. */
export function commandFor(bindings: Bindings, chord: string, athome: (command: string) => boolean = () => true): string | null {
  const meant = [...bindings].filter(([, chords]) => chords.includes(chord)).map(([command]) => command);
  return meant.find(athome) ?? meant[0] ?? null;
}
