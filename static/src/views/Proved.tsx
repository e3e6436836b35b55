// What the verifier proved of a register before this instruction, over all paths, with this run's value in it.
import { computed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { KnownPlace, KnownReply, ValueView } from "../schemas.ts";
import * as select from "../select.ts";
import * as verdict from "../verdict.ts";
import { provedOf, type Proved } from "../verifier/proved.ts";
import * as walk from "../verifier/walk.ts";
import { RangeBar, rangeSaid } from "./verifier/RangeBar.tsx";

interface Here {
  known: KnownReply;
  place: KnownPlace | undefined;
  pc: number;
}

/** What is known of the place of this run; null while it is of another text, or of another program of the file. */
const here = computed<Here | null>(() => {
  const now = select.snapshot.value;
  const known = walk.known.value;
  if (now === null || now.end !== null || known === null) return null;
  if (known.walk !== walk.walk.value?.walk || walk.stale.value || verdict.stale.value || select.stale.value) return null;
  if (walk.walk.value.program !== now.program) return null;
  return { known, place: walk.places.value.get(now.pc), pc: now.pc };
});

function proved(n: number, value: ValueView): Proved | null {
  const found = here.value;
  return found?.place === undefined ? null : provedOf(found.known, found.place, n, value);
}

/** Has the walk fetched as long as what was proved is on screen. */
export function useProved(): void {
  useEffect(() => {
    walk.wanted.value = true;
    return () => void (walk.wanted.value = false);
  }, []);
}

/** The registers whose values of this run were proved to be impossible; or that the place was. Never, unless we are wrong. */
const wrong = computed<string>(() => {
  const found = here.value;
  if (found === null) return "";
  if (found.place === undefined) return found.known.whole ? `pc ${found.pc} runs, which the verifier proved it never does` : "";
  const registers = select.snapshot.value?.registers ?? [];
  const outside = registers.flatMap((value, n) => (proved(n, value)?.standing === "outside" ? [`r${n}`] : []));
  return outside.length === 0 ? "" : `${outside.join(", ")} outside of what was proved`;
});

/** Loud on purpose: the simulator contradicts itself, and must be mended. */
export function ProvedWarning() {
  if (wrong.value === "") return null;
  return (
    <span class="vd drop outside" role="alert">
      Bug in Hookscope: {wrong.value}
    </span>
  );
}

const SAID = { inside: "", outside: "outside: a bug in Hookscope", unfollowed: "no check depends on it here", unknown: "" } as const;

export function ProvedCell({ n, value }: { n: number; value: ValueView }) {
  const found = proved(n, value);
  const { place, known } = here.value ?? { place: undefined, known: undefined };
  if (found === null) {
    return (
      <span class="pv" role="cell">
        <span class="quiet">{known !== undefined && place === undefined && n === 10 ? "never walked" : ""}</span>
      </span>
    );
  }
  const [first] = found.parts;
  const others = found.parts.length - 1;
  const dead = found.parts.length === 0;
  const note = [dead ? "may not be read here" : SAID[found.standing], others > 0 ? `or ${found.parts.slice(1).map(({ text }) => text).join(", or ")}` : ""].filter(Boolean).join("; ");
  return (
    <span class="pv" role="cell" title={found.parts.map(rangeSaid).join(" Or: ")}>
      {first === undefined ? null : (
        <>
          <span class="sr">{found.parts.map(({ text }) => text).join(", or ")}</span>
          {first.kind === "num" || first.low !== null ? (
            <RangeBar reg={first} value={value} standing={found.standing} ticks={false} />
          ) : null}
          <span class="quiet" aria-hidden="true">
            {first.text}
            {first.note === "" ? "" : `, ${first.note}`}
          </span>
        </>
      )}
      {note === "" ? null : <span class={found.standing === "outside" ? "outside" : "quiet"}>{note}</span>}
    </span>
  );
}
