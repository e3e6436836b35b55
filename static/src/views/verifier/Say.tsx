// What the verifier is about to check, or why it stopped, in one line.
import { useEffect, useState } from "preact/hooks";
import * as select from "../../select.ts";
import * as verdict from "../../verdict.ts";
import { forkSaid, stepSaid } from "../../verifier/said.ts";
import * as walk from "../../verifier/walk.ts";
import { sentence } from "../words.ts";
import { Told } from "./Told.tsx";

const SETTLED = 350;

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
  return { first: walk.walking.value ? "Walking the program." : "Type a program, and the verifier walks every path through it.", then: "" };
}

function words(): Words {
  const now = walk.walk.value;
  const place = walk.at.value;
  if (now === null || now.indexes.length === 0) return nothing();
  if (now.verdict.stopped && place === now.indexes.length - 1) {
    return { first: `Undecided: this server stopped after ${now.verdict.limit.toLocaleString("en")} instructions.`, then: "Linux goes on to 1,000,000, and refuses what takes more." };
  }
  if (!now.verdict.accepted && place === now.indexes.length - 1) {
    const told = walk.explanation.value;
    return { first: told?.problem ?? now.verdict.what, then: told?.suggestion ?? now.verdict.hint };
  }
  const slot = select.slots.value.find(({ pc }) => pc === now.pcs[place]);
  return { first: stepSaid(now, place, slot?.say ?? ""), then: forkSaid(now, place) };
}

export function Say() {
  const { first, then } = words();
  const [spoken, say] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => say(`${first} ${then}`), SETTLED);
    return () => clearTimeout(timer);
  }, [first, then]);
  return (
    <div class={walk.dim.value ? "say late" : "say"}>
      <span>
        <b>
          <Told text={first} />
        </b>
      </span>
      <span class="next">
        <Told text={then} />
      </span>
      <p class="sr" role="status" aria-live="polite">
        {spoken}
      </p>
    </div>
  );
}
