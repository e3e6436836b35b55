// Links for many small things at once: one set of listeners on the element around them.
import * as actions from "../actions.ts";
import type { Link } from "../related.ts";
import { act } from "../store.ts";
import { menu } from "./hovering.ts";

/** Props for a container; `at` tells what an element inside that matches `selector` stands for. */
export function linkedInside(selector: string, at: (element: Element) => { link: Link; text: string } | null) {
  const found = (event: Event) => {
    const element = (event.target as Element).closest(selector);
    return element === null ? null : at(element);
  };
  return {
    onMouseOver: (event: MouseEvent) => act(actions.hover, found(event)?.link ?? null),
    onMouseLeave: () => act(actions.hover, null),
    onClick: (event: MouseEvent) => {
      const thing = found(event);
      if (thing !== null) act(actions.pin, thing.link);
    },
    onContextMenu: (event: MouseEvent) => {
      const thing = found(event);
      if (thing === null) return;
      event.preventDefault();
      menu.value = { ...thing, x: event.clientX, y: event.clientY };
    },
  };
}
