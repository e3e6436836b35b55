// One example: what it shows, its tiny score, and what becomes of its packets.
import { outcome, type Preview } from "../previews.ts";
import type { ExampleView } from "../schemas.ts";
import { Icon } from "./Icon.tsx";
import { MARK_TONE } from "./words.ts";

const LANES = ["reads", "stack", "map", "control"] as const;
const COLUMN = 6;
const ROW = 8;
const MOST_COLUMNS = 44;

function TinyScore({ preview }: { preview: Preview }) {
  const steps = preview.steps.slice(0, MOST_COLUMNS);
  const width = MOST_COLUMNS * COLUMN;
  return (
    <svg class="tiny" viewBox={`0 0 ${width} ${LANES.length * ROW}`} aria-hidden="true">
      {LANES.map((lane, row) => (
        <path key={lane} d={`M0 ${row * ROW + ROW / 2}H${steps.length * COLUMN}`} class="lane" />
      ))}
      {steps.map(({ mark }, i) =>
        mark === null ? null : mark.kind === "branch" ? (
          <rect key={i} class={mark.taken ? "br t" : "br"} x={-2} y={-2} width="4" height="4" transform={`translate(${i * COLUMN + 3} ${LANES.indexOf(mark.lane) * ROW + 4}) rotate(45)`} />
        ) : (
          <rect key={i} class={MARK_TONE[mark.kind]} x={i * COLUMN} y={LANES.indexOf(mark.lane) * ROW + 1} width={COLUMN - 0.5} height={ROW - 2} rx="1" />
        ),
      )}
    </svg>
  );
}

function Packets({ preview }: { preview: Preview }) {
  return (
    <span class="ticks" aria-hidden="true">
      {preview.packets.slice(0, 48).map(({ index, effect }) => (
        <i key={index} class={effect} />
      ))}
    </span>
  );
}

export function ExampleCard({ example, preview }: { example: ExampleView; preview: Preview | undefined }) {
  return (
    <li>
      <a class="ex" href={`/workbench?example=${encodeURIComponent(example.id)}${example.group === "why" ? "&view=verifier" : ""}`}>
        <b>{example.title}</b>
        <span class="mid">{example.doc}</span>
        {example.group === "why" ? null : <span class="ex-s">{preview === undefined ? null : <TinyScore preview={preview} />}</span>}
        <span class="row meta dim">
          <span class="hook m">{example.inputs.hook}</span>
          {example.group === "why" ? (
            <span class="vd drop">
              <Icon name="drop" />
              rejected
            </span>
          ) : null}
          {preview === undefined ? <span>{example.inputs.packets.length} packets</span> : <Packets preview={preview} />}
          <span class="grow" />
          {preview === undefined ? null : <span>{outcome(preview.packets)}</span>}
        </span>
      </a>
    </li>
  );
}
