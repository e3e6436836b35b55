// The keys of the page: through the rewritten lines, and through time.
import { pin, reveal, revealNow } from "./run.ts";
import * as state from "./state.ts";
import * as time from "./time.ts";

/** The next, or previous, line that Linux rewrote; round again behind the last. */
export function rewrittenLine(by: 1 | -1): void {
  const lines = state.rewritten.peek();
  if (lines.length === 0) return;
  const order = [...state.groups.peek().keys()];
  const here = state.shown.peek();
  const now = here === null ? (by === 1 ? -1 : order.length) : order.indexOf(here);
  const ahead = lines.filter((key) => (by === 1 ? order.indexOf(key) > now : order.indexOf(key) < now));
  const to = by === 1 ? (ahead[0] ?? lines[0]) : (ahead.at(-1) ?? lines.at(-1));
  if (to === undefined) return;
  state.pinned.value = to;
  reveal(to);
}

/** A step in time, and the line it comes to in sight. */
export function move(by: 1 | -1): void {
  time.seek(time.step.peek() + by);
  revealNow();
}

function letGo(): void {
  const key = state.pinned.peek();
  if (key !== null) pin(key);
}

const toggleBytes = () => (state.bytes.value = !state.bytes.peek());

const KEYS: Readonly<Record<string, () => void>> = {
  "[": () => rewrittenLine(-1),
  "]": () => rewrittenLine(1),
  b: toggleBytes,
  B: toggleBytes,
  ".": () => move(1),
  ",": () => move(-1),
  Escape: letGo,
};

export function startKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.key === "F10") {
      event.preventDefault();
      return move(event.altKey ? -1 : 1);
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    const act = KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}
