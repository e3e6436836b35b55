// A component whose code is fetched when it is first shown.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | null = null;
  return function Lazy() {
    const [, again] = useState(0);
    useEffect(() => {
      if (loaded !== null) return;
      void load().then((component) => {
        loaded = component;
        again((n) => n + 1);
      });
    }, []);
    const Loaded = loaded;
    return Loaded === null ? null : <Loaded />;
  };
}
