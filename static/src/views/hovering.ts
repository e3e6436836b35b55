// Gives an element its links: hover or focus lights up, click pins, the context menu asks "since when?".
import { signal } from "@preact/signals";
import * as actions from "../actions.ts";
import type { Link } from "../related.ts";
import { act } from "../store.ts";

/** The open "since when?" menu. */
export const menu = signal<{ link: Link; text: string; x: number; y: number } | null>(null);

/** Props for any element that shows a linked thing. `text` is what Copy copies. */
export function linked(link: Link, text: string) {
  return {
    onMouseEnter: () => act(actions.hover, link),
    onMouseLeave: () => act(actions.hover, null),
    onFocus: () => act(actions.hover, link),
    onBlur: () => act(actions.hover, null),
    onClick: () => act(actions.pin, link),
    onContextMenu: (event: MouseEvent) => {
      event.preventDefault();
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
      const byKey = event.clientX === 0 && event.clientY === 0;
      menu.value = { link, text, x: byKey ? box.left : event.clientX, y: byKey ? box.bottom : event.clientY };
    },
  };
}
