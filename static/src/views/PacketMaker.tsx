// Making packets: by form, as hex, from a capture file, or a ready-made set.
import type { Signal } from "@preact/signals";
import { CaptureMaker } from "./CaptureMaker.tsx";
import { choosing } from "./choosing.ts";
import { FormMaker } from "./FormMaker.tsx";
import { HexMaker } from "./HexMaker.tsx";
import { SampleMaker } from "./SampleMaker.tsx";

export type Way = "form" | "hex" | "capture" | "samples";

const WAYS: readonly (readonly [Way, string])[] = [
  ["form", "Form"],
  ["hex", "Hex"],
  ["capture", "Capture"],
  ["samples", "Sets"],
];

interface Props {
  way: Signal<Way>;
  /** The packet being edited as hex, if any. */
  editing: Signal<number | null>;
}

export function PacketMaker({ way, editing }: Props) {
  return (
    <section class="mk" aria-label="Add packets">
      <div class="row mk-h">
        <h3>{editing.value === null ? "Add packets" : `Edit packet ${editing.value + 1}`}</h3>
        <span class="grow" />
        <span class="seg sm" role="tablist" aria-label="Add packets by" onKeyDown={choosing}>
          {WAYS.map(([id, name]) => (
            <button key={id} type="button" role="tab" aria-selected={way.value === id} tabIndex={way.value === id ? 0 : -1} onClick={() => ((way.value = id), (editing.value = null))}>
              {name}
            </button>
          ))}
        </span>
      </div>
      {way.value === "form" ? <FormMaker /> : null}
      {way.value === "hex" ? <HexMaker key={editing.value ?? "new"} editing={editing} /> : null}
      {way.value === "capture" ? <CaptureMaker /> : null}
      {way.value === "samples" ? <SampleMaker /> : null}
    </section>
  );
}
