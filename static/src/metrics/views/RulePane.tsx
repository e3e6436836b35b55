// The rules that make maps into metrics, as the learner writes them.
import { changed } from "../keep.ts";
import { familyAt } from "../follow.ts";
import * as state from "../state.ts";
import { Step } from "./Step.tsx";
import { YamlPane } from "./YamlPane.tsx";

function over(line: number | null): void {
  const family = line === null ? null : familyAt(state.measured.peek().reply, line);
  state.hover.value = family === null ? null : { family, series: null };
}

function edit(text: string): void {
  state.rules.value = text;
  changed();
}

/** Asks the server for rules to start from; undo brings the old ones back. */
function suggest(): void {
  state.rules.value = null;
  changed();
}

export function RulePane() {
  const count = state.measured.value.problems.length;
  const head = (
    <button type="button" class="btn q sm" title="Write rules for this program's maps" onClick={suggest}>
      Suggest
    </button>
  );
  return (
    <Step number={2} title="The rule" meta={count === 0 ? "exporter.yaml" : `${count} to mend`} head={head} class="edp">
      <YamlPane
        label="Rules that make maps into metrics, YAML"
        text={() => state.rules.value ?? ""}
        problems={() => state.measured.value.problems}
        lines={() => state.shown.value.lines}
        changed={edit}
        over={over}
      />
    </Step>
  );
}
