// The log as Linux prints it at level 2; a line leads to the step it tells of.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import * as walk from "../../verifier/walk.ts";
import { plural } from "../words.ts";

export function LogHead() {
  const total = walk.log.value?.total;
  return (
    <>
      <span class="meta">
        level 2{total === undefined ? "" : `, ${plural(total, "line")}`}
        {walk.log.value?.whole === false ? ", of the first 20,000 instructions" : ""}
      </span>
      <span class="grow" />
    </>
  );
}

function Earlier({ first }: { first: number }) {
  if (first === 0) return null;
  return (
    <button type="button" class="btn q sm" onClick={() => void walk.fetchLog(Math.max(0, first - 400))}>
      {plural(first, "line")} before these: show the 400 before
    </button>
  );
}

export function LogBody() {
  const box = useRef<HTMLDivElement>(null);
  const found = walk.log.value;
  const now = walk.walk.value;
  const index = now?.indexes[walk.at.value];
  useEffect(() => void walk.fetchLog(), [now]);
  useLayoutEffect(() => {
    const line = box.current?.querySelector<HTMLElement>("[aria-current]");
    if ((line === null || line === undefined) && box.current !== null && now !== null && walk.at.peek() === now.indexes.length - 1) {
      box.current.scrollTop = box.current.scrollHeight; // refused before its line was printed
    }
    if (line !== null && line !== undefined && box.current !== null) {
      const { offsetTop, offsetHeight } = line;
      const { scrollTop, clientHeight } = box.current;
      if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight) box.current.scrollTop = offsetTop - clientHeight / 2;
    }
  }, [index, found]);
  if (found === null || found.walk !== now?.walk) {
    return <p class="pane-b sb">{now === null ? "What Linux would print appears here once the program is walked." : "The log of this walk is on its way."}</p>;
  }
  const error = now?.verdict.error ?? "";
  return (
    <div class="pane-b vlog" ref={box} tabIndex={0} role="group" aria-label="Lines of the log">
      <Earlier first={found.first} />
      {found.lines.map((line, i) => {
        const step = found.steps[i] ?? 0;
        const here = step === index && step > 0 && /^(?:from \d+ to )?\d+: /.test(line);
        const bad = error !== "" && (line === error || (step === now?.verdict.processed && !/^\d+:|^from |^processed|^$|^mark_precise|^\(/.test(line)));
        const names = [bad && "bad", here && "now"].filter(Boolean).join(" ");
        return step === 0 || line === "" ? (
          <p key={i} class={names}>
            {line || " "}
          </p>
        ) : (
          <button key={i} type="button" class={names} tabIndex={-1} aria-current={here ? "step" : undefined} onClick={() => walk.toIndex(step)}>
            {line}
          </button>
        );
      })}
    </div>
  );
}
