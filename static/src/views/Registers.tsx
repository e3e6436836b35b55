// The eleven registers before the next instruction.
import type { ValueView } from "../schemas.ts";
import * as select from "../select.ts";
import { linked } from "./hovering.ts";
import { RunBody, StaleTag } from "./Pane.tsx";
import { REGION } from "./words.ts";

export function RegistersHead() {
  const pc = select.snapshot.value?.pc;
  return (
    <>
      <span class="meta">{pc === undefined ? "" : select.snapshot.value?.end ? "at the end" : `before pc ${pc}`}</span>
      <span class="grow" />
      <StaleTag />
    </>
  );
}

function Register({ n, value, before }: { n: number; value: ValueView; before: ValueView | undefined }) {
  const { tone, badge } = REGION[value.kind];
  const changed = before !== undefined && before !== value;
  const lit = select.related.value.registers.has(n);
  return (
    <div class={["reg", changed && "chg", lit && "link"].filter(Boolean).join(" ")} role="row" tabIndex={0} {...linked({ kind: "reg", n }, value.word)}>
      <span role="rowheader">r{n}</span>
      <span role="cell">
        <span class={`bdg ${tone}`}>{badge}</span>
      </span>
      <span class="v" role="cell">
        {value.text}
        {changed ? <span class="was">was {before.text}</span> : null}
      </span>
      <span class="meta dim" role="cell">
        {value.note}
      </span>
    </div>
  );
}

export function RegistersBody() {
  const now = select.snapshot.value;
  const before = select.here.value.previous;
  return (
    <RunBody empty={<b>The registers appear here once a packet meets the program.</b>}>
      <div role="table" aria-label="Registers">
        {now?.registers.map((value, n) =>
          now.written[n] ? <Register key={n} n={n} value={value} before={before?.registers[n]} /> : null,
        )}
      </div>
    </RunBody>
  );
}
