// Fixes that were tried: each makes the verifier accept the program, and is applied in one step that undo takes back.
import * as actions from "../../actions.ts";
import type { PatchView } from "../../schemas.ts";
import { act, state } from "../../store.ts";
import { applied } from "../../verifier/patch.ts";
import { Icon } from "../Icon.tsx";
import { plural, sentence } from "../words.ts";
import { Told } from "./Told.tsx";

function apply(patch: PatchView): void {
  const label = patch.title.charAt(0).toLowerCase() + patch.title.slice(1);
  act(actions.setInputs, { source: applied(state.peek().inputs.source, patch.edits) }, `the fix (${label})`);
  act(actions.toast, `Applied the fix. ${sentence(patch.title.replaceAll("`", ""))}`, true);
}

export function Patches({ patches }: { patches: readonly PatchView[] }) {
  if (patches.length === 0) return null;
  return (
    <>
      <h3>{patches.length === 1 ? "A fix that works" : "Fixes that work"}</h3>
      {patches.map((patch) => (
        <div key={patch.title} class="patch">
          <p>
            <Told text={patch.title} />
          </p>
          <pre class="diff" tabIndex={0} role="group" aria-label={patch.title}>
            {patch.diff.map(({ sign, text }, i) => (
              <span key={i} class={sign === "-" ? "d" : sign === "+" ? "a" : "c"}>
                <span class="sr">{sign === "-" ? "removed: " : sign === "+" ? "added: " : ""}</span>
                {text}
                {"\n"}
              </span>
            ))}
          </pre>
          <div class="row">
            <button type="button" class="btn pri" onClick={() => apply(patch)}>
              Apply and verify
            </button>
            <span class="grow" />
            <span class="meta t-pass row tested">
              <Icon name="pass" />
              tried: accepted after {plural(patch.processed, "instruction")}
            </span>
          </div>
        </div>
      ))}
    </>
  );
}
