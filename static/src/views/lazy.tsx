// A component whose code is fetched when it is first shown, or once the page is at rest.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { act } from "../store.ts";

/** What is kept in this browser is there after a reload. */
const MISSING = "This part of the page could not be fetched. Your work is kept: reload the page when the server is there.";

const waiting: (() => Promise<void>)[] = [];

/** Fetches everything that is lazy, so that no key pressed while it would be on its way is lost. */
export function fetchLazy(): void {
  for (const fetch of waiting) void fetch();
}

export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | null = null;
  const fetch = async () => {
    try {
      loaded ??= await load();
    } catch {
      // The server has gone, or has been given another version of the page: asked again when it is shown again.
    }
  };
  waiting.push(fetch);
  return function Lazy() {
    const [, again] = useState(0);
    const Loaded = loaded;
    useEffect(() => {
      // Also where it came between this component's drawing and now: nothing else would draw it again.
      if (Loaded === null) void fetch().then(() => (loaded === null ? act(actions.toast, MISSING, false, location.href) : again((n) => n + 1)));
    }, []);
    return Loaded === null ? null : <Loaded />;
  };
}
