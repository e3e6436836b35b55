// Long lists of equal rows: only those in sight are drawn.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { whenDrawn } from "../drawn.ts";

const MARGIN = 12;
/** Rows that are kept in sight from the one that is followed. */
const AHEAD = 3;

interface Seen {
  top: number;
  height: number;
}

/** The row to keep in sight, of what list: whenever either is another, the list scrolls there. */
export interface Followed {
  row: number;
  of: unknown;
}

/** Where the list is scrolled to so that a row is in sight, with some that come after it. */
function scrolled({ top, height }: Seen, row: number, rowHeight: number): number {
  const at = row * rowHeight;
  if (at < top) return at;
  return Math.max(top, at + AHEAD * rowHeight - height);
}

/** Someone is busy with the list: then it stays where it is. */
function busy(box: HTMLElement | null): boolean {
  return box !== null && (box.matches(":hover") || box.contains(document.activeElement));
}

/** Has the list follow a row; whether the row was another just now. What is drawn is drawn for where it will be scrolled to. */
function useFollowing(box: { current: HTMLDivElement | null }, seen: { current: Seen }, followed: Followed | null, rowHeight: number): void {
  const last = useRef<Followed | null>(null);
  const moved = followed !== null && (followed.row !== last.current?.row || followed.of !== last.current.of) && !busy(box.current);
  last.current = followed;
  if (moved) seen.current = { ...seen.current, top: scrolled(seen.current, followed.row, rowHeight) };
  useLayoutEffect(() => {
    if (!moved) return;
    whenDrawn(() => {
      if (box.current === null) return;
      const { scrollTop: top, clientHeight: height } = box.current;
      const target = scrolled({ top, height }, followed.row, rowHeight);
      if (target !== top) box.current.scrollTop = target;
    });
  });
}

/**
 * Rows `from` (inclusive) to `to` (exclusive) are in sight; the rest is padding. Put `ref` on the element that scrolls, and
 * give each row `key`: rows that stay keep their elements, and where nearly all are others, those take the elements over.
 */
export function useWindowed(count: number, rowHeight: number, followed: Followed | null = null) {
  const ref = useRef<HTMLDivElement>(null);
  const seen = useRef<Seen>({ top: 0, height: 800 });
  const [, redraw] = useState(0);
  useFollowing(ref, seen, followed, rowHeight);
  const { top, height } = seen.current;
  const from = Math.max(0, Math.min(count, Math.floor(top / rowHeight) - MARGIN));
  const to = Math.min(count, Math.ceil((top + height) / rowHeight) + MARGIN);
  const drawn = useRef({ from, to, first: 0, count, rowHeight });
  const was = drawn.current;
  const stay = Math.min(to, was.to) - Math.max(from, was.from);
  const first = 2 * stay < to - from ? from - (was.from - was.first) : was.first;
  drawn.current = { from, to, first, count, rowHeight };
  useLayoutEffect(() => {
    const box = ref.current;
    if (box === null) return;
    const measure = () => {
      const now = { top: box.scrollTop, height: box.clientHeight };
      const { from, to, count, rowHeight } = drawn.current;
      const above = Math.max(0, now.top / rowHeight - MARGIN / 2);
      const below = Math.min(count, (now.top + now.height) / rowHeight + MARGIN / 2);
      const enough = now.height === seen.current.height && from <= above && below <= to;
      seen.current = now;
      if (!enough) redraw((n) => n + 1);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", measure);
    };
  }, []);
  return { ref, from, to, before: from * rowHeight, after: (count - to) * rowHeight, key: (row: number) => row - first };
}
