// The bits of a number: known ones and zeros, and those that may be either. The low 16 first; a press shows all.
import { useState } from "preact/hooks";
import type { ScalarView } from "../../schemas.ts";
import { bitsOf, tellingBits } from "../../verifier/ranges.ts";

const NAMES = { "0": "b0", "1": "b1", "?": "x" } as const;

export function BitRow({ scalar, label }: { scalar: ScalarView; label: string }) {
  const [all, setAll] = useState(false);
  const telling = tellingBits(scalar);
  const count = all ? 64 : 16;
  const bits = bitsOf(scalar, count);
  const rest = !all && telling > 16 ? `of ${telling}` : "";
  return (
    <button
      type="button"
      class="tn"
      aria-label={`${bits.join("")}${rest}: bits of ${label}, ? for unknown. ${all ? "Show the low 16" : "Show all 64"}.`}
      title={`value ${scalar.value}, unknown bits ${scalar.mask}`}
      onClick={() => setAll(!all)}
    >
      {bits.map((bit, i) => (
        <i key={i} class={`${NAMES[bit]}${i % 4 === 0 && i > 0 ? " sp" : ""}`}>
          {bit}
        </i>
      ))}
      {rest === "" ? null : <em>{rest}</em>}
    </button>
  );
}
