// A component whose code is fetched when it is first shown, or once the page is at rest.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

const waiting: (() => Promise<void>)[] = [];

/** Fetches everything that is lazy, so that no key pressed while it would be on its way is lost. */
export function fetchLazy(): void {
  for (const fetch of waiting) void fetch();
}

export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | null = null;
  const fetch = async () => {
    loaded ??= await load();
  };
  waiting.push(fetch);
  return function Lazy() {
    const [, again] = useState(0);
    useEffect(() => {
      if (loaded === null) void fetch().then(() => again((n) => n + 1));
    }, []);
    const Loaded = loaded;
    return Loaded === null ? null : <Loaded />;
  };
}
