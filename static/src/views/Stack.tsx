// The stack: the bytes that were written, eight to a row, frame by frame.
import { UNWRITTEN, type Frame, type Snapshot } from "../fold.ts";
import { before, lastBefore, pastOf, type StackWrite } from "../past.ts";
import { overlaps } from "../related.ts";
import * as select from "../select.ts";
import { spilled, stackRows, writtenBytes, type StackCell, type StackRow } from "../stack.ts";
import { state } from "../store.ts";
import { snapshotAt } from "../trace.ts";
import { linked } from "./hovering.ts";
import { memo } from "./memo.ts";
import { RunBody, StaleTag } from "./RunBody.tsx";
import { PcLink } from "./PcLink.tsx";
import { useRoving } from "./useRoving.ts";
import { REGION } from "./words.ts";

const MOST_NOTES = 2;

export function StackHead() {
  const frames = select.snapshot.value?.frames ?? [];
  const running = frames.at(-1);
  return (
    <>
      <span class="meta">
        {running === undefined ? "" : `${writtenBytes(running)} of 512 bytes`}
        {frames.length > 1 ? ` in ${running?.function}, ${frames.length} frames` : ""}
      </span>
      <span class="grow" />
      <StaleTag />
      <span class="lbl">
        <b class="m">··</b> never written
      </span>
    </>
  );
}

const Cell = memo(({ off, byte, changed, write, frame }: StackCell & { frame: number }) => {
  const range = write ?? { off, size: 1 };
  const lit = select.related.value.stack.some((other) => other.frame === frame && overlaps(other, { off, size: 1 }));
  const classes = ["by", byte !== null && "i", changed && "chg", lit && "hl"].filter(Boolean).join(" ");
  return (
    <span class={classes} role="cell" data-rove aria-label={`fp${off}: ${byte ?? "never written"}`} {...linked({ kind: "stk", frame, off: range.off, size: range.size }, write?.bytes ?? byte ?? "")}>
      {byte ?? UNWRITTEN}
    </span>
  );
});

/** What a write put there: the value of the register it came from, where that is known. */
function told(write: StackWrite): string | null {
  const { packet } = select.place.value;
  const from = spilled(write, snapshotAt(state.peek(), { packet, step: write.step }));
  if (from === null) return null;
  const { n, value } = from;
  if (value.kind !== "num") return `${REGION[value.kind].badge} ${value.text}`;
  return lastBefore(pastOf(select.window.value).registers[n] ?? [], write.step)?.read || value.text;
}

function Note({ write }: { write: StackWrite }) {
  const value = told(write);
  return (
    <span class="an-w" title={value ?? undefined}>
      <b class="r-s">fp{write.off}</b> <PcLink touch={write} did="wrote it" />
      {value === null ? null : <span class="an-v">{value}</span>}
    </span>
  );
}

function Row({ row, frame }: { row: StackRow; frame: number }) {
  return (
    <div class="stk-r" role="row">
      <span class="a" role="rowheader">
        fp{row.off}
      </span>
      {row.cells.map((cell) => (
        <Cell key={cell.off} {...cell} frame={frame} />
      ))}
      <span class="an" role="cell">
        {row.writes.slice(0, MOST_NOTES).map((write) => (
          <Note key={write.off} write={write} />
        ))}
        {row.writes.length > MOST_NOTES ? <span class="dim">and {row.writes.length - MOST_NOTES} more writes</span> : null}
      </span>
    </div>
  );
}

interface FrameProps {
  frame: Frame;
  index: number;
  previous: Snapshot | null;
  alone: boolean;
  running: boolean;
}

function FrameRows({ frame, index, previous, alone, running }: FrameProps) {
  const writes = before(pastOf(select.window.value).stackWrites, select.place.value.step).filter((write) => write.frame === index);
  const rows = stackRows(frame, previous?.frames[index], writes);
  return (
    <>
      {alone ? null : (
        <p class="stk-f">
          <b class="m">{frame.function}</b> <span class="dim">{running ? "is running" : "waits"}{frame.return_pc === null ? "" : `, returns to pc ${frame.return_pc}`}</span>
        </p>
      )}
      {rows.length === 0 ? (
        <p class="dim meta">No byte of {alone ? "the stack" : "this frame"} was written yet.</p>
      ) : (
        <div role="table" aria-label={`Stack of ${frame.function}`}>
          {rows.map((row) => (
            <Row key={row.off} row={row} frame={index} />
          ))}
        </div>
      )}
    </>
  );
}

function Frames() {
  const { snapshot, previous } = select.here.value;
  const roving = useRoving({ columns: 8 });
  const frames = snapshot?.frames ?? [];
  const empty = frames.every((frame) => writtenBytes(frame) === 0);
  return (
    <div class="stk-s" {...roving} {...(empty ? { role: "group", "aria-label": "Frames", tabIndex: 0 } : {})}>
      {frames.map((frame, index) => ({ frame, index })).reverse().map(({ frame, index }) => (
        <FrameRows key={index} frame={frame} index={index} previous={previous} alone={frames.length === 1} running={index === frames.length - 1} />
      ))}
    </div>
  );
}

export function StackBody() {
  return (
    <RunBody
      class="stk"
      empty={
        <>
          <b>No run yet</b>
          <p>Stack bytes appear here when the program writes them.</p>
        </>
      }
    >
      <Frames />
    </RunBody>
  );
}
