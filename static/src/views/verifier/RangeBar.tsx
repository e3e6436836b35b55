// A range as a bar: numbers on a doubly logarithmic axis, pointers along the thing they point into; a run's value as a dot.
import type { RegView, ValueView } from "../../schemas.ts";
import { offsetOf, type Standing } from "../../verifier/proved.ts";
import { barOf, boundsSaid, dotOf, isSigned, pointerBar, TICKS } from "../../verifier/ranges.ts";
import { REGION } from "../words.ts";

const percent = (share: number) => `${(100 * share).toFixed(2)}%`;

export const TONE: Readonly<Record<RegView["kind"], { tone: string; badge: string }>> = { ...REGION, sock: { tone: "m", badge: "SOCK" } };

interface Props {
  reg: RegView;
  /** The value of a run, and whether it is inside. */
  value?: ValueView | undefined;
  standing?: Standing;
  ticks?: boolean;
}

function NumberBar({ reg, value, ticks = true }: Props) {
  const scalar = reg.scalar;
  if (scalar === null) return null;
  const { from, to, mirrored } = barOf(scalar);
  const exact = scalar.umin === scalar.umax;
  return (
    <>
      <i class="axis" />
      {exact ? <u style={{ left: percent(from) }} /> : <i class="n" style={{ left: percent(from), width: `max(3px, ${percent(to - from)})` }} />}
      {ticks
        ? mirrored
          ? [<small key="0" class="tk" style={{ left: "50%" }}>0</small>]
          : TICKS.map(({ at, text }) => (
              <small key={text} class={at > 0.98 ? "tk e" : "tk"} style={{ left: percent(at) }}>
                {text}
              </small>
            ))
        : null}
      {value === undefined ? null : <em style={{ left: percent(Math.max(0, Math.min(1, dotOf(scalar, BigInt(value.word))))) }} />}
    </>
  );
}

function PlaceBar({ reg, value }: Props) {
  const bar = pointerBar(reg);
  if (bar === null) return null;
  const { tone } = TONE[reg.kind];
  const offset = value === undefined ? null : offsetOf(value.text);
  const share = offset === null ? null : Math.max(0, Math.min(1, (offset - bar.start) / (bar.end - bar.start)));
  return (
    <>
      {bar.proved > 0 ? <i class={tone} style={{ left: 0, width: percent(bar.proved) }} /> : null}
      {bar.proved < 1 ? <i class="h" style={{ left: percent(bar.proved), right: 0 }} /> : null}
      {bar.low === bar.high ? <u style={{ left: percent(bar.low) }} /> : <i class="span" style={{ left: percent(bar.low), width: percent(bar.high - bar.low) }} />}
      {value !== undefined ? null : (
        <small class={bar.low < 0.1 ? "s" : bar.low > 0.9 ? "e" : ""} style={{ left: percent(bar.low) }}>
          {Number(reg.low) >= 0 ? "+" : ""}
          {reg.low}
        </small>
      )}
      {share === null ? null : <em style={{ left: percent(share) }} />}
    </>
  );
}

/** What the bar shows, in words, for its tooltip and for those who do not see it. */
export function rangeSaid(reg: RegView): string {
  const kernel = reg.kernel === "" ? "" : ` Linux prints ${reg.kernel}.`;
  if (reg.scalar !== null && reg.kind === "num") return `${reg.text}: ${boundsSaid(reg.scalar)}.${kernel}`;
  return `${[reg.text, reg.note].filter(Boolean).join(", ")}.${kernel}`;
}

export function RangeBar(props: Props) {
  const { reg, standing = "inside" } = props;
  const names = ["rb", standing === "outside" && "out", isNegative(reg) && "mirror"].filter(Boolean).join(" ");
  return (
    <div class={names} title={rangeSaid(reg)} aria-hidden="true">
      {reg.kind === "num" ? <NumberBar {...props} /> : <PlaceBar {...props} />}
    </div>
  );
}

function isNegative(reg: RegView): boolean {
  return reg.kind === "num" && reg.scalar !== null && isSigned(reg.scalar);
}
