// The time of a simulation as a strip: how much happened when and how it ended, and a head that plays over it.
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../views/Icon.tsx";
import * as play from "../play.ts";
import * as state from "../state.ts";

/** Milliseconds between two times told in words: the strip's head moves with every frame, words need not. */
const TOLD = 200;
const COLOURS: readonly (readonly [string, string])[] = [
  ["other", "--ink-3"],
  ["delivered", "--pass"],
  ["queued", "--ink-3"],
  ["sent", "--tx"],
  ["denied", "--drop"],
  ["dropped", "--drop"],
];

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}

/** Counts as columns, one kind upon the other; the tallest fills the strip. */
function drawCounts(canvas: HTMLCanvasElement): void {
  const found = play.flights.peek();
  const width = (canvas.width = canvas.clientWidth * devicePixelRatio);
  const height = (canvas.height = canvas.clientHeight * devicePixelRatio);
  const paint = canvas.getContext("2d");
  if (paint === null || found === null) return;
  const kinds = COLOURS.filter(([name]) => name in found.timeline.ended);
  const bins = Math.max(...kinds.map(([name]) => found.timeline.ended[name]?.length ?? 0));
  const sums = Array.from({ length: bins }, (_, n) => kinds.reduce((sum, [name]) => sum + (found.timeline.ended[name]?.[n] ?? 0), 0));
  const most = Math.max(1, ...sums);
  const share = found.base / found.total || 1;
  const each = (width * share) / bins;
  const floor = new Float64Array(bins).fill(height);
  for (const [name, variable] of kinds) {
    canvas.style.color = `var(${variable})`;
    paint.fillStyle = getComputedStyle(canvas).color;
    found.timeline.ended[name]?.forEach((count, n) => {
      const tall = (count / most) * (height - 2);
      const top = (floor[n] ?? 0) - tall;
      if (count > 0) paint.fillRect(n * each, top, Math.max(1, each - 0.5), Math.max(1, tall));
      floor[n] = top;
    });
  }
}

function Changes() {
  const found = play.flights.value;
  if (found === null) return null;
  return (
    <>
      {state.replacements.value.map(({ time_ns }, n) => (
        <i key={n} class="mark" style={{ left: `${(100 * found.at(time_ns)) / found.total}%` }} title={`A program is replaced at ${seconds(time_ns)}`} />
      ))}
    </>
  );
}

const KEYS: Readonly<Record<string, (head: number, total: number) => number>> = {
  ArrowRight: (head, total) => head + total / 200,
  ArrowUp: (head, total) => head + total / 200,
  ArrowLeft: (head, total) => head - total / 200,
  ArrowDown: (head, total) => head - total / 200,
  PageUp: (head, total) => head + total / 20,
  PageDown: (head, total) => head - total / 20,
  Home: () => 0,
  End: (_, total) => total,
};

function Strip() {
  const strip = useRef<HTMLDivElement>(null);
  const counts = useRef<HTMLCanvasElement>(null);
  const mark = useRef<HTMLSpanElement>(null);
  const told = useRef<HTMLSpanElement>(null);
  const found = play.flights.value;
  useEffect(() => {
    const canvas = counts.current;
    if (canvas === null) return;
    const again = () => drawCounts(canvas);
    const observer = new ResizeObserver(again);
    observer.observe(canvas);
    const theme = new MutationObserver(again);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => (observer.disconnect(), theme.disconnect());
  }, [found]);
  useEffect(() => {
    let last = 0;
    if (found === null && told.current !== null) told.current.textContent = "";
    return play.watch((head) => {
      if (found === null || strip.current === null || mark.current === null) return;
      mark.current.style.transform = `translateX(${(head / found.total) * strip.current.clientWidth}px)`;
      const now = performance.now();
      if (now - last < TOLD && play.playing.peek()) return;
      last = now;
      const text = `${seconds(found.timeAt(head) - found.timeline.begin_ns)} of ${seconds(found.timeline.end_ns - found.timeline.begin_ns)}`;
      if (told.current !== null) told.current.textContent = text;
      strip.current.setAttribute("aria-valuenow", String(Math.round((100 * head) / found.total)));
      strip.current.setAttribute("aria-valuetext", text);
    });
  }, [found]);
  const seek = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    play.seek(((event.clientX - left) / width) * (found?.total ?? 0));
  };
  return (
    <>
      <div
        ref={strip}
        class="tl-s"
        role="slider"
        tabIndex={0}
        aria-label="Moment"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={0}
        aria-disabled={found === null}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          seek(event);
        }}
        onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seek(event)}
        onKeyDown={(event) => {
          const to = KEYS[event.key];
          if (to === undefined || found === null) return;
          event.preventDefault();
          event.stopPropagation();
          play.seek(to(play.headNow(), found.total));
        }}
      >
        <canvas ref={counts} aria-hidden="true" />
        <Changes />
        <span ref={mark} class="head" />
      </div>
      <span ref={told} class="meta m tl-t" />
    </>
  );
}

/** Play, how fast, and the strip. */
export function Timeline() {
  const on = play.playing.value;
  const none = play.flights.value === null;
  return (
    <div class="tl" role="group" aria-label="Play">
      <button type="button" class="btn sm" disabled={none} title="Play, or stop playing (Space)" onClick={play.toggle}>
        <Icon name={on ? "pause" : "play"} />
        {on ? "Pause" : "Play"}
      </button>
      <select class="fld sm" aria-label="Speed" value={String(play.speed.value)} onChange={({ currentTarget }) => (play.speed.value = Number(currentTarget.value))}>
        {play.SPEEDS.map((speed) => (
          <option key={speed} value={String(speed)}>
            {speed === 0.25 ? "¼" : speed === 0.5 ? "½" : speed}×
          </option>
        ))}
      </select>
      <Strip />
      {play.every.value > 1 ? <span class="meta dim nb">one of {play.every.value} drawn</span> : null}
    </div>
  );
}
