// What came of the last submission, check by check; and the hints that fit.
import type { ComponentChildren } from "preact";
import type { CheckResultView, CheckView } from "../../schemas.ts";
import { caption } from "../../keys.ts";
import { mac } from "../../page.ts";
import { Icon } from "../../views/Icon.tsx";
import { plural, sentence } from "../../views/words.ts";
import { openShown, submit } from "../run.ts";
import * as lesson from "../state.ts";
import { piecesOfCode } from "../../verifier/told.ts";
import { Told } from "../../views/verifier/Told.tsx";
import { Best } from "./Best.tsx";
import { Cleaned } from "./Cleaned.tsx";

function Counts() {
  const found = lesson.reply.value;
  if (lesson.grading.value !== null) return <span class="meta">Checking</span>;
  if (found === null) return <span class="meta">not run yet</span>;
  if (!found.gradable) return <span class="meta">nothing to check</span>;
  const failing = lesson.failing.value.length;
  const passing = found.checks.length - failing;
  return (
    <span class="meta">
      {passing} {passing === 1 ? "passes" : "pass"}
      {failing === 0 ? "" : ", "}
      {failing === 0 ? null : (
        <b class="t-drop">
          {failing} {failing === 1 ? "fails" : "fail"}
        </b>
      )}
    </span>
  );
}

/** The grader's words as they are, code told apart. */
function Words({ text }: { text: string }) {
  return (
    <>
      {piecesOfCode(text).map(({ text: piece, code }, i) => (code ? <code key={i}>{piece}</code> : <span key={i}>{piece}</span>))}
    </>
  );
}

function Values({ result }: { result: CheckResultView }) {
  if (result.expected === "" && result.got === "") return null;
  return (
    <>
      {result.expected === "" ? null : (
        <span>
          expected <b class="m">{result.expected}</b>
        </span>
      )}
      {result.got === "" ? null : (
        <span>
          got <b class="m t-drop">{result.got}</b>
        </span>
      )}
    </>
  );
}

function Result({ result }: { result: CheckResultView }) {
  const ok = result.status === "passed";
  const { shown } = result;
  return (
    <li class={ok ? "ck-ok" : "ck-no"}>
      <Icon name={ok ? "pass" : "drop"} />
      <div>
        <b>{result.title}</b>
        <span class="sr">{ok ? ", passes" : ", fails"}</span>
        {result.status === "error" ? <small>This could not be checked: the server or the lesson is at fault, not your program.</small> : null}
        {result.message === "" || (result.status === "error" && result.hidden) ? null : <small><Words text={result.message} /></small>}
        {ok ? null : (
          <div class="got">
            <Values result={result} />
            <span class="grow" />
            {shown === null ? null : (
              <button type="button" class="btn sm" disabled={lesson.stale.value} title={lesson.stale.value ? "The program has changed since: check again" : shown.title} onClick={() => openShown(shown)}>
                {shown.inputs === null ? "Open this event" : shown.inputs.packets.length > 0 ? "Open this packet" : "Open this run"}
              </button>
            )}
          </div>
        )}
      </div>
    </li>
  );
}

/** Before anything is submitted: what will be looked at. What is done on the page passes by itself. */
function Waiting({ check }: { check: CheckView }) {
  const done = lesson.mine.value?.checks.includes(check.id) ?? false;
  return (
    <li class={done ? "ck-ok" : "ck-wait"}>
      <Icon name={done ? "pass" : "wait"} />
      <div>
        <b>{check.title}</b>
        {check.task === null ? null : <small>part of task {check.task}</small>}
      </div>
    </li>
  );
}

function List({ children }: { children: ComponentChildren }) {
  return (
    <ul class={lesson.stale.value ? "lchecks late" : "lchecks"} aria-live="polite">
      {children}
    </ul>
  );
}

function Listed() {
  const found = lesson.lesson.value;
  const reply = lesson.reply.value;
  if (found === null) return null;
  const actions = found.checks.filter(({ action }) => action !== null);
  const shown = reply === null || !reply.gradable ? null : reply.checks;
  const rest = shown === null ? found.checks.filter(({ action }) => action === null) : [];
  return (
    <List>
      {actions.map((check) => (
        <Waiting key={check.id} check={check} />
      ))}
      {rest.map((check) => (
        <Waiting key={check.id} check={check} />
      ))}
      {(shown ?? []).filter(({ id }) => !actions.some((check) => check.id === id)).map((result) => (
        <Result key={result.id} result={result} />
      ))}
      {shown !== null || found.hidden === 0 ? null : (
        <li class="ck-wait">
          <Icon name="wait" />
          <div>
            <b>And {plural(found.hidden, "check")} on data that is not shown</b>
          </div>
        </li>
      )}
    </List>
  );
}

function Ungradable() {
  const reply = lesson.reply.value;
  const [first] = reply?.diagnostics ?? [];
  if (reply === null || reply.gradable) return null;
  return (
    <div class="sb">
      <b class="t-drop">It does not assemble, so there was nothing to check. This was no attempt.</b>
      {first === undefined ? null : (
        <span>
          {first.span === null ? "" : `Line ${first.span.line}: `}
          <Told text={sentence(first.message)} /> <Told text={sentence(first.hint ?? "")} />
        </span>
      )}
    </div>
  );
}

function Trouble() {
  const failure = lesson.trouble.value;
  return failure === null ? null : (
    <div class="sb" role="alert">
      <b class="t-drop">{sentence(failure.message)}</b>
      <span>{sentence(failure.hint ?? "Your program is kept.")}</span>
    </div>
  );
}

function Under() {
  const now = lesson.grading.value;
  if (now === null) return null;
  const said = now.total === 0 ? "Checking your program" : `Checking: ${now.done} of ${now.total}`;
  return (
    <div class="under" role="status">
      <span>{said}</span>
      <progress max={Math.max(1, now.total)} value={now.done} aria-label="Checks done" />
    </div>
  );
}

export function Hints() {
  const found = lesson.reply.value?.hints ?? [];
  const shown = Math.min(lesson.hints.value, found.length);
  if (found.length === 0) return null;
  return (
    <section class="hints" aria-label="Hints">
      <div class="row">
        <h3>Hints</h3>
        <span class="dots" role="img" aria-label={`${shown} of ${found.length} shown`}>
          {found.map((_, i) => (
            <i key={i} class={i < shown ? "on" : ""} />
          ))}
        </span>
        <span class="grow" />
        <span class="micro dim">hints cost nothing</span>
      </div>
      <ol>
        {found.slice(0, shown).map((html, i) => (
          <li key={i}>
            <Cleaned html={html} />
          </li>
        ))}
      </ol>
      {shown === found.length ? null : (
        <button type="button" class="btn sm" onClick={() => (lesson.hints.value = shown + 1)}>
          <Icon name="hint" />
          Next hint
        </button>
      )}
    </section>
  );
}

export function Checks() {
  return (
    <section class="pane p-chk" aria-label="Checks">
      <div class="pane-h">
        <h2>Checks</h2>
        <Counts />
        {lesson.stale.value ? <span class="stale-tag">from before your last edit</span> : null}
        <span class="grow" />
        <button type="button" class="btn sm pri" disabled={lesson.grading.value !== null} onClick={() => void submit()}>
          <Icon name="flag" />
          Check <kbd>{caption("Ctrl+Enter", mac)}</kbd>
        </button>
      </div>
      <div class="pane-b" tabIndex={0}>
        <Under />
        <Trouble />
        <Ungradable />
        <Best />
        <Listed />
        <Hints />
      </div>
    </section>
  );
}
