// What is known of the line pointed at, where the registers live, and how large everything is.
import { plural, thousands } from "../../views/words.ts";
import * as state from "../state.ts";

export function Line() {
  const group = state.selected.value;
  return (
    <section class="pane" aria-label="The line">
      <header class="pane-h">
        <h2>{group?.pc == null ? "The line" : `pc ${group.pc}`}</h2>
        <span class="meta">{state.pinned.value === null ? "under your pointer" : "pinned"}</span>
      </header>
      <div class="sb">
        {group === undefined ? "Point at a line to see its other side; click to keep it." : group.say}
        {group === undefined || group.became.length === 0 ? null : (
          <ol class="jbec" aria-label="What Linux made of it">
            {group.became.map((text, n) => (
              <li key={n}>{text}</li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}

export function Registers() {
  const registers = state.reply.value?.registers ?? [];
  if (registers.length === 0) return null;
  return (
    <section class="pane" aria-label="Registers">
      <header class="pane-h">
        <h2>Registers</h2>
        <span class="meta">r1 to r5 are C's argument registers already</span>
      </header>
      <table class="jtab">
        <tbody>
          {registers.map(({ name, machine, role, used }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{machine}</td>
              <td>{used ? role : "not used here"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Sizes() {
  const sizes = state.reply.value?.sizes ?? null;
  if (sizes === null) return null;
  const kernel = state.reply.value?.form === "kernel";
  const rows: [string, number][] = [
    ["eBPF, loaded", 8 * sizes.bpf_slots],
    ...(sizes.rewritten_slots === null ? [] : [["after rewriting", 8 * sizes.rewritten_slots] as [string, number]]),
    ["x86-64", sizes.machine_bytes],
  ];
  return (
    <section class="pane" aria-label="Size">
      <header class="pane-h">
        <h2>Size</h2>
        <span class="meta">in bytes</span>
      </header>
      <table class="jtab">
        <tbody>
          {rows.map(([name, size]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="num">{thousands(size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {kernel ? null : (
        <p class="sb">{`The guarded form checks ${plural(sizes.checks, "access", "accesses")}; the proof makes ${sizes.dropped} of them needless and saves ${thousands(sizes.saved_bytes)} bytes.`}</p>
      )}
    </section>
  );
}
