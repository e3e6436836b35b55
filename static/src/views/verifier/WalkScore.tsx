// One column per step of the walk: its slot, the path it belongs to, forks saved, how paths ended.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import * as score from "../../score.ts";
import type { ExploreReply, WalkPath } from "../../schemas.ts";
import { PATH_END, pathSaid, placeOf } from "../../verifier/paths.ts";
import { walkedOf } from "../../verifier/underWay.ts";
import * as walk from "../../verifier/walk.ts";

const NARROW = 1100;
const LEAST = { wide: 12, narrow: 30 };
const LETTER = 5.9;

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(1000);
  useLayoutEffect(() => {
    const box = ref.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => setWidth(box.clientWidth));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

function name(path: WalkPath): string {
  const from = path.parent === 0 ? "" : ` from step ${path.forked}`;
  return `${path.id}${from}${path.speculative ? ", speculative" : ""}`;
}

function PathMarks({ now, span, each }: { now: ExploreReply; span: score.Span; each: number }) {
  const shown = now.paths.flatMap((path) => {
    const first = placeOf(now.indexes, path.first);
    const last = placeOf(now.indexes, path.last);
    return last < span.from || first >= span.to ? [] : [{ path, first: Math.max(first, span.from), last: Math.min(last, span.to - 1) }];
  });
  return (
    <>
      {shown.map(({ path, first, last }) => {
        const room = (last - first + 1) * each - 10;
        const cut = path.end === "pruned" && path.first === path.last;
        const tone = path.end === "rejected" ? "bad" : cut ? "cut" : "";
        const text = name(path);
        return (
          <span key={path.id} class={`pth ${tone}`} title={pathSaid(path)} data-at={first} style={{ gridRow: 2, gridColumn: `${first - span.from + 2} / ${last - span.from + 3}` }}>
            {text.length * LETTER < room ? text : String(path.id).length * LETTER < room ? path.id : ""}
          </span>
        );
      })}
      {shown.map(({ path, last }, i) => {
        const text = PATH_END[path.end];
        if (path.end === "open" || placeOf(now.indexes, path.last) >= span.to) return null;
        const before = shown[i - 1];
        const room = (last - Math.max(span.from, before === undefined ? span.from : before.last + 1) + 1) * each;
        const fits = text.length * LETTER + 14 < room + (i === 0 ? (last - span.from) * each : 0);
        const tone = path.end === "rejected" ? "ev rej" : path.end === "pruned" ? "ev pr" : "ev k";
        return (
          <span key={path.id} class={fits ? tone : `${tone} thin`} title={pathSaid(path)} data-at={last} style={{ gridRow: 4, gridColumn: last - span.from + 2, justifySelf: "end" }}>
            {fits ? text : ""}
          </span>
        );
      })}
    </>
  );
}

function Forks({ now, span }: { now: ExploreReply; span: score.Span }) {
  return (
    <>
      {now.forks.map(({ step, pc, other, child }) => {
        const place = placeOf(now.indexes, step);
        if (now.indexes[place] !== step || place < span.from || place >= span.to) return null;
        const title = child === null ? `pc ${pc} saved the way to pc ${other}, which was never tried` : `pc ${pc} saved the way to pc ${other}: path ${child}`;
        return <span key={`${step}:${other}:${child}`} class={child === null ? "ev br never" : "ev br"} data-at={place} title={title} style={{ gridRow: 3, gridColumn: place - span.from + 2 }} />;
      })}
    </>
  );
}

function onKey(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const at = walk.at.peek();
  const target = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: Infinity, PageUp: at + 10, PageDown: at - 10 }[event.key];
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  walk.seek(target);
}

export function WalkScore() {
  const { ref, width } = useWidth();
  const now = walk.walk.value;
  const at = walk.at.value;
  const count = walk.count.value;
  if (now === null || count === 0) {
    return (
      <div class="scorebox" ref={ref}>
        <p class="score-empty">{now === null ? "Each instruction the verifier walks becomes a column here." : "The verifier refused the program before it walked any instruction."}</p>
      </div>
    );
  }
  const narrow = innerWidth < NARROW;
  const columns = score.columnsFor(width, count, narrow ? LEAST.narrow : LEAST.wide);
  const span = score.spanAround(at, count, columns, narrow);
  const each = score.columnWidth(width, columns);
  const every = score.labelEvery(each);
  const dragTo = (event: PointerEvent) => {
    const box = ref.current?.getBoundingClientRect();
    if (box !== undefined) walk.seek(Math.min(span.to - 1, score.stepAtX(event.clientX - box.left - each / 2, box.width, span)));
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const mark = event.target instanceof HTMLElement ? event.target.dataset.at : undefined;
    if (mark === undefined || (event.target as HTMLElement).classList.contains("pth")) dragTo(event);
    else walk.seek(Number(mark));
  };
  const onMove = (event: PointerEvent) => {
    if ((event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) dragTo(event);
  };
  const refusal = !now.verdict.accepted && !now.verdict.stopped;
  const refused = refusal && at === count - 1;
  const index = now.indexes[at] ?? 0;
  const most = walkedOf(now.verdict);
  const places = Array.from({ length: span.to - span.from }, (_, i) => span.from + i);
  return (
    <div class="scorebox" ref={ref}>
      <div class="score vsc" style={{ "--n": columns }} onPointerDown={onDown} onPointerMove={onMove} onKeyDown={onKey}>
        <span
          class="grip"
          role="slider"
          tabIndex={0}
          aria-label="Verifier step"
          aria-valuemin={1}
          aria-valuemax={most}
          aria-valuenow={index}
          aria-valuetext={`Step ${index} of ${most}, pc ${now.pcs[at]}, path ${now.paths_of[at]}${refused ? ", rejected" : ""}`}
        />
        {["pc", "path", "forks", "outcome"].map((lane, row) => (
          <span key={lane} class={row === 0 ? "lane dim" : "lane"} style={{ gridRow: row + 1 }}>
            {lane}
          </span>
        ))}
        {[2, 3, 4].map((row) => (
          <span key={row} class="rule" style={{ gridRow: row }} />
        ))}
        {places.map((place) =>
          (place - span.from) % every === 0 || (place === count - 1 && refusal) ? (
            <span key={place} class={place === count - 1 && refusal ? "pcn bad" : "pcn"} style={{ gridColumn: place - span.from + 2 }}>
              {now.pcs[place]}
            </span>
          ) : null,
        )}
        <PathMarks now={now} span={span} each={each} />
        <Forks now={now} span={span} />
        <span class="past" style={{ gridColumn: `2 / ${Math.max(3, at - span.from + 3)}` }} />
        <span class={at === span.to - 1 ? "play end" : "play"} style={{ gridColumn: at - span.from + 2, justifySelf: at === span.to - 1 ? "end" : "" }}>
          <i>
            {index.toLocaleString("en")} of {most.toLocaleString("en")}
          </i>
        </span>
      </div>
    </div>
  );
}
