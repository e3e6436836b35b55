// Where Linux's own image comes from, and asking this machine's kernel for it.
import { plural } from "../../views/words.ts";
import { askLinux } from "../run.ts";
import * as state from "../state.ts";

/** What the comparison came to, in a sentence. */
export function compared(): string {
  const found = state.linux.value;
  if (found === null) return "Looking for Linux's image.";
  if (found.functions.length === 0) return found.may_ask ? "No image of this program is recorded." : found.why;
  const all = found.same + found.address + found.other;
  const addresses = found.address === 0 ? "" : `, ${found.address} differ in addresses alone`;
  const others = found.other === 0 ? "" : `, ${plural(found.other, "is different", "are different")}`;
  return `${found.same} of ${all} are byte for byte those of Linux ${found.release}${addresses}${others}.`;
}

/** In the header of the code: where the image is from, and the button that asks for it. */
export function LinuxSource() {
  const found = state.linux.value;
  if (state.seen.value !== "linux" || found === null) return null;
  const from = found.source === "asked" ? "asked of this machine's kernel" : found.source === "recorded" ? `recorded on Linux ${found.release}` : "";
  return (
    <>
      {from === "" ? null : <span class="meta">{from}</span>}
      {found.may_ask ? (
        <button type="button" class="btn sm" disabled={state.asking.value} onClick={() => void askLinux(true)}>
          {state.asking.value ? "Asking" : found.source === "asked" ? "Ask it again" : "Ask this machine's kernel"}
        </button>
      ) : null}
    </>
  );
}

/** Why this machine's kernel is not asked. */
export function LinuxWhy() {
  const found = state.linux.value;
  if (state.seen.value !== "linux" || found === null || found.may_ask || found.functions.length === 0) return null;
  return <p class="sb dim jwhy">{`This machine's kernel is not asked: ${found.why}.`}</p>;
}
