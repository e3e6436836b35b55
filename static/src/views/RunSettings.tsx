// Where the program is attached, and what else a run depends on: seed, CPU, how many steps at most.
import * as actions from "../actions.ts";
import type { HookRef } from "../schemas.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";

const MOST_STEPS = 1_000_000;

function HookSelect() {
  const hooks = select.reference.value?.hooks ?? [];
  const { hook } = select.inputs.value;
  const known = hooks.some(({ id }) => id === hook) ? hooks : [{ id: hook, title: hook, doc: "", family: "" }, ...hooks];
  return (
    <label class="f">
      attached to
      <select class="fld" value={hook} onChange={(event) => attach(event.currentTarget.value)}>
        {known.filter(({ family }) => family === "").map(option)}
        {[...new Set(known.map(({ family }) => family))].filter(Boolean).map((family) => (
          <optgroup key={family} label={family}>
            {known.filter((hook) => hook.family === family).map(option)}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function option({ id, title, doc, family }: Pick<HookRef, "id" | "title" | "doc" | "family">) {
  return (
    <option key={id} value={id} title={doc}>
      {family === "" ? title : id.slice(family.length + 1)}
    </option>
  );
}

function attach(hook: string): void {
  act(actions.setInputs, { hook }, `attaching to ${hook}`);
}

interface NumberProps {
  label: string;
  name: "seed" | "cpu" | "max_steps";
  most: number;
}

function NumberField({ label, name, most }: NumberProps) {
  const set = (text: string) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 0 && value <= most) act(actions.setInputs, { [name]: value }, `changing the ${label}`);
  };
  return (
    <label class="f">
      {label}
      <input class="fld m" type="number" min={name === "max_steps" ? 1 : 0} max={most} value={select.inputs.value[name]} onChange={(event) => set(event.currentTarget.value)} />
    </label>
  );
}

/** The text names another hook than the one the program is attached to. */
function Mismatch() {
  const said = select.program.value?.hook ?? null;
  const { hook } = select.inputs.value;
  if (said === null || said === hook || select.run.value?.revision === undefined) return null;
  return (
    <p class="meta mid">
      The text says <code>.hook {said}</code>.{" "}
      <button type="button" class="btn sm" onClick={() => attach(said)}>
        Attach to {said}
      </button>
    </p>
  );
}

export function RunSettings() {
  const { seed, cpu, max_steps: steps } = select.inputs.value;
  return (
    <div class="runset">
      <HookSelect />
      <details>
        <summary>
          seed {seed}, CPU {cpu}
          {steps === MOST_STEPS ? "" : `, ${steps.toLocaleString("en")} steps`}
        </summary>
        <div class="row">
          <NumberField label="seed" name="seed" most={0xffffffff} />
          <NumberField label="CPU" name="cpu" most={7} />
          <NumberField label="steps at most" name="max_steps" most={MOST_STEPS} />
        </div>
      </details>
      <Mismatch />
    </div>
  );
}
