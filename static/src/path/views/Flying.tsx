// The canvas above the map on which packets fly. A press on a dot looks at its packet.
import { useEffect, useRef } from "preact/hooks";
import { Painter } from "../paint.ts";
import * as play from "../play.ts";
import { look } from "../run.ts";

/** Milliseconds between two counts of what flies, for those who measure. */
const COUNTED = 250;

export function Flying() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const found = canvas.current;
    const map = found?.parentElement;
    if (found === null || map == null) return;
    const painter = new Painter(found);
    let counted = 0;
    const stop = play.watch(() => {
      painter.draw();
      if (performance.now() - counted < COUNTED) return;
      counted = performance.now();
      found.dataset.flying = String(painter.dots.length);
    });
    const again = () => {
      painter.refit();
      play.redraw();
    };
    const size = new ResizeObserver(again);
    size.observe(found);
    const theme = new MutationObserver(again);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", again);
    const press = (event: MouseEvent) => {
      if ((event.target as Element).closest("[data-station]") !== null) return;
      const index = painter.at(event.clientX, event.clientY);
      if (index !== null) void look(index, 0);
    };
    map.addEventListener("click", press);
    return () => {
      stop();
      size.disconnect();
      theme.disconnect();
      dark.removeEventListener("change", again);
      map.removeEventListener("click", press);
    };
  }, []);
  return <canvas class="flying" ref={canvas} aria-hidden="true" />;
}
