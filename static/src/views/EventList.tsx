// What this packet's run did, line by line; click goes to the state right after. What is to come is hollow.
import { eventRows, glyph, instruction, rowsBefore, type EventRow } from "../events.ts";
import { WINDOW } from "../schemas.ts";
import * as select from "../select.ts";
import * as time from "../time.ts";
import { Oops } from "./Oops.tsx";
import { plain } from "../parts.ts";
import { memo } from "./memo.ts";
import { useRoving } from "./useRoving.ts";
import { useWindowed } from "./windowed.ts";
import { MARK_TONE, thousands } from "./words.ts";

const HEIGHT = 24;
const TOUCH_HEIGHT = 44;

function said({ view }: EventRow): string {
  return view.event || plain(view.did).replace(/^pc \d+ /, "");
}

interface RowProps {
  row: EventRow;
  past: boolean;
  /** The step that led here. */
  now: boolean;
  /** The last row before here. */
  last: boolean;
}

const Row = memo(({ row, past, now, last }: RowProps) => {
  const { step, view } = row;
  const taken = past && view.mark?.taken === true ? "t" : "";
  const classes = [past ? "" : "fut", now && "now", last && "here"].filter(Boolean).join(" ");
  // The text may be another by now: then a step to come is told by its mark.
  const text = past ? said(row) : select.stale.value ? (view.mark?.text || `pc ${view.pc}`) : instruction(select.programs.value, view);
  return (
    <li class={classes}>
      <button type="button" data-rove aria-current={last ? "step" : undefined} onClick={() => time.seek(step + 1)}>
        <span class="st">
          <span class="sr">Step </span>
          {step + 1}
        </span>
        <span class="st">
          <span class="sr">, pc </span>
          {view.pc}
        </span>
        <span class={`gl ${MARK_TONE[view.mark?.kind ?? "num"]} ${taken}`} aria-hidden="true">
          {glyph(view)}
        </span>
        <span class="tx" title={text}>
          {text}
          {past ? null : <span class="sr">, still to come</span>}
        </span>
      </button>
      {last ? <span class="pill">you are here</span> : null}
    </li>
  );
});

/** The stretch of a long run that is listed, and the way to the next. */
function Stretch({ first, count, total }: { first: number; count: number; total: number }) {
  if (total <= WINDOW) return null;
  return (
    <div class="row micro cap evc">
      <span>
        steps {thousands(first + 1)}–{thousands(first + count)} of {thousands(total)}
      </span>
      <span class="grow" />
      <button type="button" class="btn sm" disabled={first === 0} onClick={() => time.seek(first - 1)}>
        Earlier
      </button>
      <button type="button" class="btn sm" disabled={first + count >= total} onClick={() => time.seek(first + count + 1)}>
        Later
      </button>
    </div>
  );
}

export function EventList() {
  const window = select.window.value;
  const here = select.place.value.step;
  const height = select.layout.value.width === "phone" ? TOUCH_HEIGHT : HEIGHT;
  const rows = eventRows(window);
  const before = rowsBefore(rows, here);
  const view = useWindowed(rows.length, height, { row: Math.max(0, before - 1), of: window });
  const roving = useRoving<HTMLOListElement>();
  return (
    <>
      <div class="evs" ref={view.ref}>
        {rows.length === 0 ? <p class="sb">Nothing worth a line in these steps: no read, write, call or branch.</p> : null}
        <ol class="evl" style={{ paddingTop: `${view.before}px`, paddingBottom: `${view.after}px`, "--row": `${height}px` }} {...roving}>
          {rows.slice(view.from, view.to).map((row, i) => (
            <Row key={view.key(view.from + i)} row={row} past={row.step < here} now={row.step === here - 1} last={view.from + i === before - 1} />
          ))}
        </ol>
      </div>
      <Oops />
      {window === undefined ? null : <Stretch first={window.first} count={window.steps.length} total={select.steps.value} />}
    </>
  );
}
