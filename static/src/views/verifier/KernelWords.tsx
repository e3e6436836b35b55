// Linux's own words, exactly, and under each number what it means.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { NoteView } from "../../schemas.ts";
import { rowsOf, wordsOf, type Mark, type Row } from "../../verifier/pieces.ts";
import { Told } from "./Told.tsx";

/** Beyond this share of the width a note stands left of its word's line: there is more room. */
const LEFT_FROM = 0.5;

/** How many columns of the font fit: rows are broken where words end. */
function useColumns() {
  const box = useRef<HTMLDivElement>(null);
  const letters = useRef<HTMLSpanElement>(null);
  const [columns, setColumns] = useState(60);
  useLayoutEffect(() => {
    if (box.current === null || letters.current === null) return;
    const each = letters.current.getBoundingClientRect().width / 10;
    const observer = new ResizeObserver(() => setColumns(Math.max(16, Math.floor((box.current?.clientWidth ?? 0) / each))));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, letters, columns };
}

function middle({ at, length }: Mark): number {
  return at + Math.floor((length - 1) / 2);
}

/** The note of a mark, at the end of the line down from it; lines of marks further left pass by. */
function Note({ mark, before, columns }: { mark: Mark; before: readonly Mark[]; columns: number }) {
  const at = middle(mark);
  const left = at > columns * LEFT_FROM;
  const room = left ? { width: `${at + 1}ch` } : { marginLeft: `${at}ch` };
  return (
    <div class="kn">
      {before.map((other) => (
        <i key={other.at} aria-hidden="true" style={{ left: `${middle(other) + 0.5}ch` }} />
      ))}
      <div class={left ? "kt left" : "kt"} style={room}>
        <small>
          <Told text={mark.note} />
        </small>
      </div>
    </div>
  );
}

function Line({ row, columns }: { row: Row; columns: number }) {
  return (
    <div class="kl">
      <p>
        {row.pieces.map(({ text, note }, i) =>
          note === null ? (
            text
          ) : (
            <b key={i} title={note}>
              {text}
            </b>
          ),
        )}
      </p>
      {row.marks.map((_, i) => {
        const rest = row.marks.slice(0, row.marks.length - i);
        return <Note key={i} mark={rest.at(-1)!} before={rest.slice(0, -1)} columns={columns} />;
      })}
    </div>
  );
}

export function KernelWords({ kernel, notes }: { kernel: string; notes: readonly NoteView[] }) {
  const { box, letters, columns } = useColumns();
  if (kernel.trim() === "") return null;
  return (
    <>
      <h3>The same, in Linux's words</h3>
      <div class="kw" ref={box}>
        <span class="letters" ref={letters} aria-hidden="true">
          0000000000
        </span>
        {rowsOf(wordsOf(kernel.trimEnd(), notes), columns).map((row, i) => (
          <Line key={i} row={row} columns={columns} />
        ))}
      </div>
    </>
  );
}
