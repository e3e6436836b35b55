// The workshop: files, the editor, and what becomes of answers.
import { Icon } from "../../views/Icon.tsx";
import { Brand, Navigation, ThemeButton } from "../../views/TopBar.tsx";
import { check } from "../run.ts";
import * as state from "../state.ts";
import { Editor } from "./Editor.tsx";
import { Files } from "./Files.tsx";
import { Making } from "./Making.tsx";
import { Side } from "./Side.tsx";

const SAVED: Readonly<Record<state.Saving, string>> = { saved: "Saved", typing: "Typing", saving: "Saving", failed: "Not saved" };

function Says() {
  const { bold, rest } = state.verdict.value;
  const stale = state.proofStale.value && state.proof.value !== null;
  return (
    <div class="say au-say">
      <span>
        {bold === "" ? null : <b>{bold} </b>}
        <span class="dim">{rest}</span>
      </span>
      {stale ? <span class="stale-tag">from before your last edit</span> : null}
      <span class="grow" />
      {state.lesson.value === null ? null : (
        <>
          <a class="btn" href={`/lesson/${state.lesson.value.name}?as=${encodeURIComponent(state.learner.value)}`} target="_blank" rel="noopener">
            Preview as learner
          </a>
          <button type="button" class="btn pri" disabled={state.busy.value !== ""} onClick={() => void check()}>
            <Icon name="flag" />
            Run everything
          </button>
        </>
      )}
    </div>
  );
}

export function Page() {
  const now = state.lesson.value;
  return (
    <>
      <a class="sr skip" href="#main">
        Skip to main content
      </a>
      <header class="top">
        <Brand />
        <Navigation view="author" />
        <div class="crumb grow">
          {now === null ? null : (
            <span>
              {state.folder.value?.root} / {now.name} / <b>{state.file.value}</b>
            </span>
          )}
        </div>
        <span class={state.saving.value === "failed" ? "saved risk" : "saved"} role="status">
          <Icon name="cloud" />
          <span>{SAVED[state.saving.value]}</span>
        </span>
        <ThemeButton />
      </header>
      <main id="main" class="au" tabIndex={-1}>
        <h1 class="sr">Author: {now?.title || now?.name || "no lesson yet"}</h1>
        <Says />
        {state.trouble.value === "" ? null : (
          <p class="note bad au-trouble" role="alert">
            {state.trouble.value}
          </p>
        )}
        <div class="au-cols">
          <Files />
          {state.making.value || now === null ? <Making /> : <Editor />}
          <Side />
        </div>
      </main>
    </>
  );
}
