// The policies and the cluster they are about, as the learner writes them.
import { useState } from "preact/hooks";
import { choosing } from "../../views/choosing.ts";
import { changed } from "../keep.ts";
import * as state from "../state.ts";
import { Step } from "./Step.tsx";
import { YamlPane } from "./YamlPane.tsx";

const NO_LINES: ReadonlySet<number> = new Set();
const FILES = ["policies.yaml", "cluster.yaml"] as const;
type File = (typeof FILES)[number];

function editPolicies(text: string): void {
  state.policies.value = text;
  changed();
}

function editCluster(text: string): void {
  state.cluster.value = text;
  changed();
}

function Files({ file, choose }: { file: File; choose: (file: File) => void }) {
  const { policies, cluster } = state.decided.value;
  const wrong = { "policies.yaml": policies.length, "cluster.yaml": cluster.length };
  return (
    <div class="tabs" role="tablist" aria-label="Files" onKeyDown={choosing}>
      {FILES.map((name) => (
        <button key={name} type="button" role="tab" aria-selected={name === file} tabIndex={name === file ? 0 : -1} onClick={() => choose(name)}>
          {name}
          {wrong[name] === 0 ? null : (
            <b class="t-drop">
              {" "}
              {wrong[name]}
              <span class="sr"> to mend</span>
            </b>
          )}
        </button>
      ))}
    </div>
  );
}

export function PolicyPane() {
  const [file, choose] = useState<File>("policies.yaml");
  return (
    <Step number={1} title="The policy" head={<Files file={file} choose={choose} />} class="edp">
      {file === "policies.yaml" ? (
        <YamlPane
          key={file}
          label="NetworkPolicies, YAML"
          text={() => state.policies.value}
          problems={() => state.decided.value.policies}
          lines={() => state.shining.value.lines}
          changed={editPolicies}
          over={(line) => (state.aim.value = line === null ? null : { line })}
        />
      ) : (
        <YamlPane
          key={file}
          label="Pods and namespaces, YAML"
          text={() => state.cluster.value}
          problems={() => state.decided.value.cluster}
          lines={() => NO_LINES}
          changed={editCluster}
          over={() => (state.aim.value = null)}
        />
      )}
    </Step>
  );
}
