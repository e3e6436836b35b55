// What becomes of answers: all against all checks, the lesson as a learner gets it, and mistakes that slip through.
import { choosing } from "../../views/choosing.ts";
import { Icon } from "../../views/Icon.tsx";
import { sentence } from "../../views/words.ts";
import type { AnswerRow, MutantView, ProofView } from "../../schemas.ts";
import { check, keepMutant, mutate, openFile, openProgram } from "../run.ts";
import * as state from "../state.ts";

const TABS: readonly (readonly [state.Side, string])[] = [
  ["answers", "Answers"],
  ["learner", "As a learner"],
  ["mutants", "Mutants"],
];

function fileOf({ kind, name }: AnswerRow): string {
  return kind === "wrong" ? `wrong/${name}.bpf` : `${name}.bpf`;
}

function ends({ kind, passed, gradable, right }: AnswerRow): { text: string; tone: string } {
  if (!gradable) return { text: "does not assemble", tone: "t-drop" };
  if (kind === "solution") return passed ? { text: "passes", tone: "t-pass" } : { text: "fails", tone: "t-drop" };
  if (kind === "stub") return passed ? { text: "passes", tone: "t-drop" } : { text: "fails", tone: "" };
  if (passed) return { text: "slips through", tone: "t-drop" };
  return right ? { text: "caught", tone: "" } : { text: "another reason", tone: "t-abort" };
}

function Row({ row, checks }: { row: AnswerRow; checks: readonly string[] }) {
  const end = ends(row);
  return (
    <tr class={row.right ? "" : "off"}>
      <th scope="row">
        <button type="button" class="go m" onClick={() => void openFile(fileOf(row))}>
          {row.name}
        </button>
      </th>
      {checks.map((id) => {
        const cell = row.cells.find((one) => one.check === id);
        const status = cell?.status ?? "none";
        return (
          <td key={id} class={`mx mx-${status}`} title={cell === undefined ? id : `${id}: ${status}${cell.message === "" ? "" : `, ${cell.message}`}`}>
            <span class="sr">{status === "none" ? "not come to" : status}</span>
            {status === "failed" || status === "error" ? <Icon name={row.kind === "solution" || status === "error" ? "drop" : "pass"} /> : null}
          </td>
        );
      })}
      <td class={`end ${end.tone}`}>{end.text}</td>
    </tr>
  );
}

function Matrix({ proof }: { proof: ProofView }) {
  const odd = state.slipping.value;
  const findings = proof.findings.filter(({ place }) => !odd.some((row) => place === fileOf(row) || place === `wrong/${row.name}`));
  return (
    <>
      <div class="mxbox" tabIndex={0}>
        <table class="matrix-a">
          <caption class="sr">Answers against checks: marked where a check fails the answer</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="sr">Answer</span>
              </th>
              {proof.checks.map((id) => (
                <th key={id} scope="col" class="tilt">
                  <span>{id}</span>
                </th>
              ))}
              <th scope="col">
                <span class="sr">What becomes of it</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {proof.answers.map((row) => (
              <Row key={row.name} row={row} checks={proof.checks} />
            ))}
          </tbody>
        </table>
      </div>
      <ul class="slips">
        {odd.map((row) => (
          <li key={row.name}>
            <b class="m">{row.name}</b>
            <span>{sentence(row.why)}</span>
          </li>
        ))}
        {findings.map(({ place, message }, i) => (
          <li key={i}>
            <b class="m">{place}</b>
            <span>{sentence(message)}</span>
          </li>
        ))}
      </ul>
      <p class="meta dim took">
        {proof.answers.length} programs, {proof.checks.length} checks, in {proof.seconds.toFixed(1)} s. A mark: the check catches it.
      </p>
    </>
  );
}

function Answers() {
  const proof = state.proof.value;
  if (state.busy.value === "proof") return <p class="sb" role="status">Grading every answer against every check.</p>;
  if (proof === null)
    return (
      <div class="sb">
        <span>Stub, solution and wrong answers against all checks appear here.</span>
        <button type="button" class="btn sm" onClick={() => void check()}>
          Run everything
        </button>
      </div>
    );
  return <Matrix proof={proof} />;
}

function Learner() {
  const lesson = state.lesson.value;
  if (lesson === null) return null;
  if (state.problems.value.length > 0 && lesson.title === "") return <p class="sb">Learners see nothing until the problems in its files are mended.</p>;
  return (
    <div class="preview">
      <label class="row">
        as
        <input class="fld m" aria-label="Whose random data is drawn" value={state.learner.value} onChange={(event) => (state.learner.value = event.currentTarget.value.trim() || "ada")} />
        <span class="dim">another name draws other random data</span>
      </label>
      <iframe key={`${lesson.name} ${state.saves.value} ${state.learner.value}`} title={`${lesson.name} as a learner gets it`} src={`/lesson/${lesson.name}?as=${encodeURIComponent(state.learner.value)}`} />
    </div>
  );
}

function Survivor({ one }: { one: MutantView }) {
  const what = `line ${one.line}: ${one.before} became ${one.after}`;
  return (
    <li>
      <div>
        <b>
          {one.document === "" ? "" : `${one.document} `}line {one.line}
        </b>{" "}
        <span class="dim">{one.kind}</span>
        <code class="was">{one.before}</code>
        <code class="now">{one.after}</code>
      </div>
      <span class="row">
        <button type="button" class="btn sm" onClick={() => void openProgram(one.source, what)}>
          Open it
        </button>
        <button type="button" class="btn sm" title="Adds it to wrong/, where a check has to catch it" onClick={() => void keepMutant(one.source, what)}>
          Make it a wrong answer
        </button>
      </span>
    </li>
  );
}

function Mutants() {
  const found = state.mutation.value;
  if (state.busy.value === "mutants") return <p class="sb" role="status">Putting small mistakes into your solution, and grading each.</p>;
  return (
    <div class="mutants">
      <div class="sb">
        <span>{found === null ? "One instruction of your solution is written differently, again and again: which of these programs would pass?" : `${found.share} % of ${found.killed + found.survivors.length} small mistakes are caught${found.explained > 0 ? `; ${found.explained} are explained in design.md as equally right` : ""} (${found.seconds.toFixed(1)} s).`}</span>
        <button type="button" class="btn sm" onClick={() => void mutate()}>
          {found === null ? "Try mutants" : "Try again"}
        </button>
        {state.mutationStale.value && found !== null ? <span class="stale-tag">from before your last edit</span> : null}
      </div>
      <ul class="survivors">
        {(found?.survivors ?? []).map((one, i) => (
          <Survivor key={i} one={one} />
        ))}
      </ul>
    </div>
  );
}

export function Side() {
  const shown = state.side.value;
  return (
    <section class="pane au-side" aria-label="What becomes of answers">
      <div class="pane-h">
        <div class="tabs" role="tablist" aria-label="What is shown" onKeyDown={choosing}>
          {TABS.map(([id, title]) => (
            <button key={id} type="button" role="tab" aria-selected={shown === id} tabIndex={shown === id ? 0 : -1} onClick={() => (state.side.value = id)}>
              {title}
            </button>
          ))}
        </div>
      </div>
      <div class="pane-b" tabIndex={0}>{shown === "answers" ? <Answers /> : shown === "learner" ? <Learner /> : <Mutants />}</div>
    </section>
  );
}
