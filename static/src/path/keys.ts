// The keys of the path page: the same as the workbench's where both have the thing.
import { front } from "../front.ts";
import { toggle } from "./play.ts";
import { openable, openHop } from "./opening.ts";
import { next, nextDrop, step } from "./run.ts";
import * as state from "./state.ts";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

/** What the space bar presses. */
function pressing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, summary, [role=button], [role=slider]") !== null;
}

const KEYS: Readonly<Record<string, () => void>> = {
  ".": () => step(1),
  ",": () => step(-1),
  ">": () => void next(1),
  "<": () => void next(-1),
  d: () => void nextDrop(),
  D: () => void nextDrop(),
  " ": toggle,
};

export function startKeys(): void {
  addEventListener("keydown", (event) => {
    if (front.peek() !== "path" || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    if (event.key === " " && pressing(event.target)) return;
    if (act !== undefined) {
      event.preventDefault();
      act();
    } else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement)) {
      const hop = openable();
      if (hop !== null) void openHop(hop);
    } else if (event.key === "Escape") state.station.value = null;
  });
}
