// The stack bytes that were written, eight to a row.
import { FRAME_SIZE, UNWRITTEN } from "../fold.ts";
import * as select from "../select.ts";
import { RunBody, StaleTag } from "./Pane.tsx";

const ROW = 8;

export function StackHead() {
  const frame = select.snapshot.value?.frames.at(-1);
  const cells = frame?.bytes.match(/../g) ?? [];
  const written = cells.filter((cell) => cell !== UNWRITTEN).length;
  return (
    <>
      <span class="meta">{frame === undefined ? "" : `${written} of 512 bytes`}</span>
      <span class="grow" />
      <StaleTag />
    </>
  );
}

export function StackBody() {
  const cells = select.snapshot.value?.frames.at(-1)?.bytes.match(/../g) ?? [];
  const rows = [];
  for (let at = FRAME_SIZE - ROW; at >= 0; at -= ROW) {
    const row = cells.slice(at, at + ROW);
    if (row.some((cell) => cell !== UNWRITTEN)) rows.push({ off: at - FRAME_SIZE, row });
  }
  return (
    <RunBody class="stk" empty={<b>Stack bytes appear here when the program writes them.</b>}>
      {rows.length === 0 ? <p class="dim meta">No byte of the stack was written yet.</p> : null}
      {rows.map(({ off, row }) => (
        <div key={off} class="stk-r">
          <span class="a">fp{off}</span>
          {row.map((cell, i) => (
            <span key={i} class={cell === UNWRITTEN ? "by" : "by i"}>
              {cell}
            </span>
          ))}
        </div>
      ))}
    </RunBody>
  );
}
