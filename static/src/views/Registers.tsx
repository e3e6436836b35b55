// The eleven registers before the next instruction.
import { pastOf } from "../past.ts";
import { changeNote, registerNames, registerRows, type DeadRow, type LiveRow } from "../registers.ts";
import * as select from "../select.ts";
import { linked } from "./hovering.ts";
import { ProvedCell, ProvedWarning, useProved } from "./Proved.tsx";
import { memo } from "./memo.ts";
import { RunBody, StaleTag } from "./RunBody.tsx";
import { PcLink } from "./PcLink.tsx";
import { useRoving } from "./useRoving.ts";
import { REGION } from "./words.ts";

export function RegistersHead() {
  const now = select.snapshot.value;
  return (
    <>
      <span class="meta">{now === null ? "" : now.end === null ? `before pc ${now.pc}` : "at the end"}</span>
      <span class="grow" />
      <ProvedWarning />
      <StaleTag />
    </>
  );
}

const Live = memo((row: LiveRow) => {
  const { n, value, was, since } = row;
  const { tone, badge } = REGION[value.kind];
  const lit = select.related.value.registers.has(n);
  const aside = value.kind === "num";
  const under = [aside ? since?.read : value.note, changeNote(row)].filter(Boolean).join(", ");
  return (
    <div class={["reg", was !== null && "chg", lit && "link"].filter(Boolean).join(" ")} role="row" data-rove {...linked({ kind: "reg", n }, value.word)}>
      <span role="rowheader">r{n}</span>
      <span role="cell">
        <span class={`bdg ${tone}`}>{badge}</span>
      </span>
      <span class="v" role="cell" title={`${value.text} ${value.note}`.trim()}>
        {value.text}
        {aside && value.note !== "" ? <span class="aside"> {value.note}</span> : null}
        {under === "" ? null : <span class="was">{under}</span>}
      </span>
      <ProvedCell n={n} value={value} />
      <span class="who" role="cell">
        {since === undefined ? null : <PcLink touch={since} did={`set r${n}`} />}
      </span>
    </div>
  );
});

function Dead({ row }: { row: DeadRow }) {
  const { numbers, since, written } = row;
  return (
    <div class="reg dead" role="row">
      <span role="rowheader">{registerNames(numbers)}</span>
      <span role="cell">
        <span class="bdg u">n/a</span>
      </span>
      <span class="v" role="cell" aria-colspan={2}>
        {!written ? "never written" : since === undefined ? "unreadable since a call" : `unreadable since the call at pc ${since.pc}`}
      </span>
      <span class="who" role="cell">
        {written && since !== undefined ? <PcLink touch={since} did="made them unreadable" /> : null}
      </span>
    </div>
  );
}

function Rows() {
  const { snapshot, previous } = select.here.value;
  const roving = useRoving();
  useProved();
  if (snapshot === null) return null;
  const rows = registerRows(snapshot, previous, pastOf(select.window.value), select.place.value.step);
  return (
    <div role="table" aria-label="Registers" {...roving}>
      <div class="colh" role="row">
        <span role="columnheader" class="sr">
          register
        </span>
        <span role="columnheader">kind</span>
        <span role="columnheader">value in this run</span>
        <span role="columnheader">what the verifier proved</span>
        <span role="columnheader">set by</span>
      </div>
      {rows.map((row) => (row.kind === "live" ? <Live key={`r${row.n}`} {...row} /> : <Dead key={`d${row.numbers[0]}`} row={row} />))}
    </div>
  );
}

export function RegistersBody() {
  return (
    <RunBody
      empty={
        <>
          <b>No run yet</b>
          <p>The registers appear here once a packet meets the program.</p>
        </>
      }
    >
      <Rows />
    </RunBody>
  );
}
