// What the verifier is about to check, or why it stopped, in one line.
import { useEffect, useState } from "preact/hooks";
import * as select from "../../select.ts";
import * as verdict from "../../verdict.ts";
import { forkSaid, stepSaid } from "../../verifier/said.ts";
import { countSaid, loopSaid, stoppedSaid } from "../../verifier/underWay.ts";
import * as walk from "../../verifier/walk.ts";
import { sentence } from "../words.ts";
import { Told } from "./Told.tsx";

const SETTLED = 350;
/** Milliseconds of which nothing is said. */
const PATIENCE = 300;

interface Words {
  first: string;
  then: string;
}

function nothing(): Words {
  const [error] = select.errors.value;
  if (error !== undefined && verdict.programs.value.length === 0) {
    return { first: "Not assembled yet.", then: `${error.span === null ? "" : `Line ${error.span.line}. `}${sentence(error.message)}` };
  }
  const refused = verdict.decisive.value;
  if (refused !== null && !refused.accepted) return { first: refused.what, then: refused.hint };
  return { first: walk.progress.value !== null ? "Walking the program." : "Type a program, and the verifier walks every path through it.", then: "" };
}

function words(): Words {
  const now = walk.walk.value;
  const place = walk.at.value;
  if (now === null || now.indexes.length === 0) return nothing();
  if (now.verdict.stopped && place === now.indexes.length - 1) {
    return { first: stoppedSaid(now.verdict), then: "Linux goes on to 1,000,000, and refuses what takes more." };
  }
  if (!now.verdict.accepted && place === now.indexes.length - 1) {
    const told = walk.explanation.value;
    return { first: told?.problem ?? now.verdict.what, then: told?.suggestion ?? now.verdict.hint };
  }
  const slot = select.slots.value.find(({ pc }) => pc === now.pcs[place]);
  return { first: stepSaid(now, place, slot?.say ?? ""), then: forkSaid(now, place) };
}

/** Whether a walk has taken long enough to be worth saying. */
function useLate(): boolean {
  const since = walk.progress.value?.since;
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (since === undefined) return;
    const timer = setTimeout(() => setLate(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [since]);
  return late && since !== undefined;
}

/** The walk under way, counted, with what stops it: what was walked by then is kept. */
function UnderWay() {
  const now = walk.progress.value;
  if (now === null) return null;
  return (
    <>
      <span>
        <b class="n">{now.done === 0 ? "Waiting for its turn to be verified." : countSaid(now.done, now.total)}</b>
      </span>
      <span class="next n">{loopSaid(now.loop)}</span>
      <button type="button" class="btn sm" onClick={walk.stop}>
        Stop
      </button>
      <span class="way-bar" role="progressbar" aria-label="Instructions verified" aria-valuemin={0} aria-valuemax={now.total} aria-valuenow={now.done}>
        <i style={{ width: `${(100 * now.done) / now.total}%` }} />
      </span>
    </>
  );
}

function Sentence({ first, then }: Words) {
  return (
    <>
      <span>
        <b>
          <Told text={first} />
        </b>
      </span>
      <span class="next">
        <Told text={then} />
      </span>
    </>
  );
}

export function Say() {
  const { first, then } = words();
  const late = useLate();
  const [spoken, say] = useState("");
  const text = late ? "Verifying" : `${first} ${then}`;
  useEffect(() => {
    const timer = setTimeout(() => say(text), SETTLED);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class={walk.dim.value && !late ? "say late" : "say"}>
      {late ? <UnderWay /> : <Sentence first={first} then={then} />}
      <p class="sr" role="status" aria-live="polite">
        {spoken}
      </p>
    </div>
  );
}
