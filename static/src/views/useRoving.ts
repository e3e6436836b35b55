// One stop for the Tab key per group: arrows move inside it, Enter or Space presses what has the focus.
import { useLayoutEffect, useRef } from "preact/hooks";

const ITEM = "[data-rove]";
/** Elements that press themselves. */
const NATIVE = "button, a, input, select, textarea, summary";

export interface RovingOptions {
  /** How many items Up and Down go over; Left and Right go over one where it is more than 1. */
  columns?: number;
  /** Takes a key before the group does; true when it used it. */
  onKey?: (event: KeyboardEvent, item: HTMLElement) => boolean;
}

function steps(columns: number): Readonly<Record<string, number>> {
  const rows = { ArrowDown: columns, ArrowUp: -columns, Home: -Infinity, End: Infinity };
  return columns > 1 ? { ...rows, ArrowRight: 1, ArrowLeft: -1 } : rows;
}

function only(items: readonly HTMLElement[], item: HTMLElement | undefined): void {
  for (const other of items) {
    const wanted = other === item ? "0" : "-1";
    if (other.getAttribute("tabindex") !== wanted) other.setAttribute("tabindex", wanted);
  }
}

/** Props for the element around the items; each item carries `data-rove` and no tabIndex of its own. */
export function useRoving<T extends HTMLElement = HTMLDivElement>({ columns = 1, onKey }: RovingOptions = {}) {
  const box = useRef<T>(null);
  const items = () => [...(box.current?.querySelectorAll<HTMLElement>(ITEM) ?? [])];
  useLayoutEffect(() => {
    const all = items();
    only(all, all.find((item) => item.getAttribute("tabindex") === "0") ?? all[0]);
  });
  return {
    ref: box,
    onFocusIn: (event: FocusEvent) => {
      const item = (event.target as Element).closest<HTMLElement>(ITEM);
      if (item !== null && event.target === item) only(items(), item);
    },
    onKeyDown: (event: KeyboardEvent) => {
      const item = (event.target as Element).closest<HTMLElement>(ITEM);
      if (item === null || event.target !== item || event.ctrlKey || event.metaKey) return;
      if (onKey?.(event, item)) return event.preventDefault();
      if (event.altKey) return;
      const by = steps(columns)[event.key];
      if (by !== undefined) {
        const all = items();
        const target = Math.max(0, Math.min(all.length - 1, all.indexOf(item) + by));
        event.preventDefault();
        all[target]?.focus();
      } else if ((event.key === "Enter" || event.key === " ") && !item.matches(NATIVE)) {
        event.preventDefault();
        item.click();
      }
    },
  };
}
