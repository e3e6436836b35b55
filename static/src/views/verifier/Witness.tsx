// A packet with which the unprotected machine goes wrong at that very instruction; or that the verifier is over-careful.
import { effect } from "@preact/signals";
import * as actions from "../../actions.ts";
import type { CautionView, WitnessView } from "../../schemas.ts";
import * as screen from "../../screen.ts";
import { act, state } from "../../store.ts";
import * as time from "../../time.ts";
import { applied } from "../../verifier/patch.ts";
import { plural } from "../words.ts";
import { Told } from "./Told.tsx";

/** Sends the packets of the witness in the workbench, its maps filled as it needs them, and goes to the step that goes wrong. */
function open(witness: WitnessView): void {
  const packet = Math.max(0, witness.packets.length - 1);
  if (witness.edits.length === 0) act(actions.setPackets, witness.packets, "sending the witness");
  else act(actions.setInputs, withContents(witness), "sending the witness, and what its maps begin with");
  const { revision } = state.peek();
  screen.show("workbench");
  act(actions.toast, `Sending ${plural(witness.packets.length, "packet")} instead of those there were.`, true);
  const done = effect(() => {
    const { run } = state.value;
    if (state.value.revision !== revision) queueMicrotask(() => done());
    else if (run?.revision === revision) {
      queueMicrotask(() => done());
      queueMicrotask(() => time.seekPacket(packet, witness.step));
    }
  });
}

/** The packets, and the text after the edits that give its maps their first contents. */
function withContents(witness: WitnessView) {
  const source = applied(state.peek().inputs.source, witness.edits);
  return { source, packets: [...witness.packets], times_ns: [] };
}

export function Witness({ witness, caution }: { witness: WitnessView | null; caution: CautionView | null }) {
  if (witness === null && caution === null) return null;
  if (witness === null) {
    return (
      <>
        <h3>Can it really go wrong?</h3>
        <p><Told text={caution?.text ?? ""} /></p>
        {caution?.fact ? <p><Told text={caution.fact} /></p> : null}
      </>
    );
  }
  return (
    <>
      <h3>It really can go wrong</h3>
      <p><Told text={witness.text} /></p>
      <div class="row">
        <button type="button" class="btn" onClick={() => open(witness)}>
          Open in the workbench
        </button>
        {witness.edits.length === 0 ? null : <span class="meta">also writes what the maps begin with into the text</span>}
        <span class="meta dim">
          found after {plural(witness.runs, "try", "tries")}, pc {witness.pc}
        </span>
      </div>
    </>
  );
}
