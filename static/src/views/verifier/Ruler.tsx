// The bytes around a read or write that is refused: what is proved to be there, and what is wanted.
import { rulerOf } from "../../verifier/ruler.ts";

const CELL = 41;
const SIZE = 38;

export function Ruler({ kernel }: { kernel: string }) {
  const ruler = rulerOf(kernel);
  if (ruler === null) return null;
  const { what, from, to, proved, wanted, size } = ruler;
  const cells = Array.from({ length: to - from }, (_, i) => from + i);
  const x = (byte: number) => 8 + (byte - from) * CELL;
  const width = x(to) + 8;
  const said = proved > 0 ? `bytes 0 to ${proved - 1} are there` : "no byte is proved";
  const wants = size === 1 ? `byte ${wanted}` : `bytes ${wanted} to ${wanted + size - 1}`;
  return (
    <svg class="ruler" viewBox={`0 0 ${width} 80`} role="img" aria-label={`Bytes ${from} to ${to - 1} of the ${what}. ${proved > 0 ? `Bytes up to ${proved - 1} are proved` : "None is proved"}; wanted: ${wants}.`}>
      {proved > from ? <path d={`M${x(from)} 26v-5H${x(Math.min(proved, to)) - 3}v5`} class="br" /> : null}
      <text x={x(from)} y="15" class="ok">
        {said}
      </text>
      {cells.map((byte) => {
        const bad = byte >= wanted && byte < wanted + size;
        const name = bad && byte >= proved ? "bad" : byte < proved && byte >= 0 ? (bad ? "read" : "ok") : "no";
        return (
          <g key={byte} class={`c ${name}`}>
            <rect x={x(byte)} y="32" width={SIZE} height="26" rx="3" />
            <text x={x(byte) + SIZE / 2} y="49" text-anchor="middle">
              {byte}
            </text>
          </g>
        );
      })}
      <text x={Math.min(width - 4, x(wanted + size) + 4)} y="74" text-anchor="end" class="want">
        wants {wants}
      </text>
      {proved > from && proved < to ? <path d={`M${x(proved) - 1.5} 18V64`} class="edge" /> : null}
    </svg>
  );
}
