// Long lists of equal rows: only those in sight are drawn.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

const MARGIN = 12;

/** Rows `from` (inclusive) to `to` (exclusive) are in sight; the rest is padding. Put `ref` on the element that scrolls. */
export function useWindowed(count: number, rowHeight: number) {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const seen = useRef(view);
  useLayoutEffect(() => {
    const box = ref.current;
    if (box === null) return;
    // A list that is scrolled by a few rows has them drawn already.
    const measure = () => {
      const { top, height } = seen.current;
      const now = { top: box.scrollTop, height: box.clientHeight };
      if (now.height === height && Math.abs(now.top - top) < (MARGIN / 2) * rowHeight) return;
      seen.current = now;
      setView(now);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", measure);
    };
  }, []);
  const from = Math.max(0, Math.min(count, Math.floor(view.top / rowHeight) - MARGIN));
  const to = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + MARGIN);
  return { ref, from, to, before: from * rowHeight, after: (count - to) * rowHeight };
}
