// Why it was refused: the reason, how the verifier got there, a fix that was tried, a packet that proves it, Linux's words.
import * as verdict from "../../verdict.ts";
import type { CauseView, ExplanationView, ProgramVerdict } from "../../schemas.ts";
import { stoppedSaid } from "../../verifier/underWay.ts";
import * as walk from "../../verifier/walk.ts";
import { Icon } from "../Icon.tsx";
import { plural } from "../words.ts";
import { Budget } from "./Budget.tsx";
import { KernelWords } from "./KernelWords.tsx";
import { Patches } from "./Patches.tsx";
import { Profiles } from "./Profiles.tsx";
import { Ruler } from "./Ruler.tsx";
import { Told } from "./Told.tsx";
import { Witness } from "./Witness.tsx";

export function WhyHead() {
  const found = walk.explanation.value;
  const category = found?.category ?? walk.walk.value?.verdict.category ?? "";
  return (
    <>
      {found === null ? null : <span class="chip2">{found.title}</span>}
      {category === "" ? null : <span class="chip2 dim">{category.replaceAll("-", " ")}</span>}
      <span class="grow" />
    </>
  );
}

function Cause({ cause, number, here }: { cause: CauseView; number: number; here: boolean }) {
  const inside = (
    <>
      <i>{number}</i>
      <span class="m">pc {cause.pc}</span>
      <span><Told text={cause.text} /></span>
    </>
  );
  return (
    <li class={here ? "cur" : ""}>
      {cause.index === 0 ? (
        <span class="row1">{inside}</span>
      ) : (
        <button type="button" class="row1" aria-current={here ? "step" : undefined} title={`Go to step ${cause.index} of the walk`} onClick={() => walk.toIndex(cause.index)}>
          {inside}
        </button>
      )}
    </li>
  );
}

function Causes({ causes }: { causes: readonly CauseView[] }) {
  if (causes.length === 0) return null;
  const index = walk.walk.value?.indexes[walk.at.value];
  return (
    <>
      <h3>How the verifier got here</h3>
      <ol class="cause">
        {causes.map((cause, i) => (
          <Cause key={i} cause={cause} number={i + 1} here={cause.index === index} />
        ))}
      </ol>
    </>
  );
}

function Explained({ why }: { why: ExplanationView }) {
  return (
    <>
      <Ruler kernel={why.kernel} />
      <p><Told text={why.reason} /></p>
      {why.patches.length === 0 ? <p><Told text={why.suggestion} /></p> : null}
      <Patches patches={why.patches} />
      <Causes causes={why.causes} />
      <Witness witness={why.witness} caution={why.caution} />
      <KernelWords kernel={why.kernel} notes={why.notes} />
    </>
  );
}

/** What can be said before the explanation has come. */
function Short({ found }: { found: ProgramVerdict }) {
  return (
    <>
      <p class="lead"><Told text={found.what} /></p>
      <p><Told text={found.hint} /></p>
      <KernelWords kernel={found.error} notes={[]} />
    </>
  );
}

function Accepted({ found }: { found: ProgramVerdict }) {
  const now = walk.walk.value;
  const cut = now?.paths.filter(({ end }) => end === "pruned").length ?? 0;
  return (
    <>
      <p class="lead">Linux 6.18 would load this program: on every path, every instruction is safe.</p>
      <p>
        The verifier walked {plural(found.processed, "instruction")}
        {now === null ? "" : ` on ${plural(now.path_count, "path")}`}.
        {cut === 0 ? "" : ` It cut ${cut === 1 ? "one of them" : `${cut.toLocaleString("en")} of them`} short, because a state it had already proved covers the rest (pruned).`}
      </p>
    </>
  );
}

function Stopped({ found }: { found: ProgramVerdict }) {
  return (
    <>
      <p class="lead">{stoppedSaid(found)}</p>
      <p>Linux goes on to 1,000,000, and refuses a program that takes more. What was walked so far is shown: the first 20,000 steps, and the last.</p>
      <button type="button" class="btn pri" disabled={walk.progress.value !== null} onClick={walk.walkOn}>
        Walk on to 1,000,000
      </button>
    </>
  );
}

function Reason({ found }: { found: ProgramVerdict }) {
  if (found.accepted) return <Accepted found={found} />;
  if (found.stopped) return <Stopped found={found} />;
  const why = walk.explanation.value;
  return why === null ? <Short found={found} /> : <Explained why={why} />;
}

function Choice() {
  const all = verdict.programs.value;
  if (all.length < 2) return null;
  return (
    <label class="f">
      Program of this file
      <select class="fld" value={walk.program.value} onChange={(event) => (walk.chosen.value = Number(event.currentTarget.value))}>
        {all.map(({ index, name, accepted, stopped }) => (
          <option key={index} value={index}>
            {name}: {accepted ? "accepted" : stopped ? "undecided" : "rejected"}
          </option>
        ))}
      </select>
    </label>
  );
}

export function WhyBody() {
  const now = walk.walk.value;
  const found = now?.verdict ?? verdict.programs.value[walk.program.value] ?? null;
  if (found === null) {
    return (
      <div class="pane-b">
        <p class="sb">
          <b>Nothing to verify yet</b>
          <span>As soon as the text assembles, the verifier walks every path through it, and says here what it found.</span>
        </p>
      </div>
    );
  }
  return (
    <div class={walk.dim.value ? "pane-b why stale" : "pane-b why"} tabIndex={0} role="group" aria-label="Why">
      <div class="why-in">
        <Choice />
        {walk.failure.value === null ? null : (
          <p class="note bad">
            <Icon name="drop" /> <Told text={walk.failure.value.message} /> <Told text={walk.failure.value.hint ?? ""} />
          </p>
        )}
        <Reason found={found} />
        <Budget />
        <Profiles />
      </div>
    </div>
  );
}
