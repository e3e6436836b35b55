// What is known of the line pointed at, and where the registers live.
import type { NativeGroupView, NativeRegisterView } from "../../schemas.ts";
import { REGION } from "../../views/words.ts";
import { useRoving } from "../../views/useRoving.ts";
import { pairsOf } from "../pairs.ts";
import * as state from "../state.ts";
import * as time from "../time.ts";
import { BPF_NAMES, machineNames, registersIn } from "../tokens.ts";
import { DIFFERENCE } from "./Code.tsx";

/** What a register holds, by the letter of what the verifier knew. */
const HOLDS: Readonly<Record<string, string>> = { c: "context", p: "packet", e: "packet's end", s: "stack", m: "map or value", n: "number", u: "" };

/** The eBPF registers that a group names on either side; a call takes more than it says. */
function registersOf(group: NativeGroupView): number[] {
  const names = machineNames(state.reply.value?.registers ?? []);
  const there = group.insns.flatMap(({ text }) => registersIn(text, names));
  const taken = Array.from({ length: group.takes }, (_, n) => n + 1);
  return [...new Set([...taken, ...registersIn(group.text, BPF_NAMES), ...(group.pc === null ? [] : there)])].sort((a, b) => a - b);
}

/** What the registers hold before the step shown, if it is this line's. */
function valuesAt(id: state.Key): (string | undefined)[] | null {
  const found = time.snapshot.value;
  if (found === null || time.now.value !== id) return null;
  return found.registers.map(({ text }, n) => (found.written[n] ? text : undefined));
}

function Where({ group, id }: { group: NativeGroupView; id: state.Key }) {
  const values = valuesAt(id);
  const registers = state.reply.value?.registers ?? [];
  const used = registersOf(group);
  if (used.length === 0) return null;
  return (
    <div class="jwhere">
      {used.map((n) => {
        const letter = group.knows[n] ?? "u";
        return (
          <span key={n} class="nw">
            <span class={`bdg ${letter}`}>r{n}</span> → <code>{registers[n]?.machine}</code> <span class="dim">{values?.[n] ?? HOLDS[letter]}</span>
          </span>
        );
      })}
    </div>
  );
}

const PROVED: Readonly<Record<NativeGroupView["check"], string>> = {
  "": "No check stands before this access. What the verifier proved:",
  made: "A check stands before this access. The verifier proved:",
  needless: "A check stands before this access. The proof would make it needless:",
  dropped: "This is what the verifier buys you: no check is needed, for",
  frame: "No check is needed within the frame:",
};

function Proof({ group }: { group: NativeGroupView }) {
  if (group.proved === "") return group.check === "made" ? <p>A check stands before this access: nothing is proved of it.</p> : null;
  return (
    <p>
      {PROVED[group.check]} {group.proved}.
    </p>
  );
}

/** Both sides of what differs in the line, bytes and all. */
function Differences({ id }: { id: state.Key }) {
  const linux = state.linux.value;
  if (state.seen.value !== "linux" || linux === null || linux.functions.length === 0) return null;
  const [func = 0, place = 0] = id.split("-").map(Number);
  const rows = pairsOf(state.reply.value?.functions[func], linux.functions[func])[place] ?? [];
  const odd = rows.filter(({ pair }) => pair.differs !== "");
  if (odd.length === 0) return <p>Linux has the very same bytes.</p>;
  return (
    <ul class="jdiff">
      {odd.map(({ ours, pair }, n) => (
        <li key={n}>
          {DIFFERENCE[pair.differs].said}: <code>{ours === undefined ? "nothing" : `${ours.code} ${ours.text}`}</code> here, <code>{pair.linux === null ? "nothing" : `${pair.linux.code} ${pair.linux.text}`}</code> in Linux
          {pair.differs === "address" ? "; addresses are sent as 0" : ""}.
        </li>
      ))}
    </ul>
  );
}

/** Leads to the step at which the line runs next. */
function Runs({ pc }: { pc: number | null }) {
  const times = pc === null ? [] : time.timesOf(pc);
  if (pc === null || times.length === 0) return <span class="meta">{pc === null || time.trace.value === null ? "" : "not run"}</span>;
  return (
    <button type="button" class="btn q sm" onClick={() => time.seekPc(pc)}>
      {times.length === 1 ? "Go to its step" : `Next of ${times.length} times`}
    </button>
  );
}

export function About() {
  const id = state.shown.value ?? time.now.value;
  const group = id === null ? undefined : state.groups.value.get(id);
  const how = state.pinned.value !== null ? "pinned" : state.hovered.value !== null ? "under your pointer" : group === undefined ? "" : "about to run";
  return (
    <section class="pane jabout" aria-label="The line">
      <header class="pane-h">
        <h2>{group?.pc == null ? "The line" : `pc ${group.pc}`}</h2>
        <span class="meta">{how}</span>
        <span class="grow" />
        {group === undefined ? null : <Runs pc={group.pc} />}
      </header>
      <div class="sb">
        {group === undefined || id === null ? (
          <p>Point at a line to see its other side; click to keep it.</p>
        ) : (
          <>
            <p>
              <b>{group.say.split(/(?<=\.) /)[0]}</b> {group.say.split(/(?<=\.) /).slice(1).join(" ")}
            </p>
            <Where group={group} id={id} />
            {group.became.length === 0 ? null : (
              <ol class="jbec" aria-label="What Linux made of it">
                {group.became.map((text, n) => (
                  <li key={n}>{text}</li>
                ))}
              </ol>
            )}
            <Proof group={group} />
            <Differences id={id} />
          </>
        )}
      </div>
    </section>
  );
}

/** What stands there until the answer comes, so that nothing moves then. */
const UNKNOWN: NativeRegisterView[] = Array.from({ length: 11 }, (_, n) => ({ name: `r${n}`, machine: "", role: "", used: true }));

export function Registers() {
  const registers = state.reply.value?.registers ?? UNKNOWN;
  const roving = useRoving<HTMLTableSectionElement>();
  const id = state.shown.value ?? time.now.value;
  const group = id === null ? undefined : state.groups.value.get(id);
  const hot = new Set(group === undefined ? [] : registersOf(group));
  const values = time.snapshot.value?.registers;
  const written = time.snapshot.value?.written;
  if (registers.length === 0) return null;
  return (
    <section class="pane" aria-label="Registers">
      <header class="pane-h">
        <h2>Registers</h2>
        <span class="meta">{state.archSeen.value === "aarch64" ? "r1 is C's first argument already, r0 is not" : "r1 to r5 are C's argument registers already"}</span>
      </header>
      <table class="jtab rg">
        <tbody {...roving}>
          {registers.map(({ name, machine, role, used }, n) => {
            const value = written?.[n] ? values?.[n] : undefined;
            const light = () => (state.register.value = n);
            const dark = () => (state.register.value = null);
            return (
              <tr
                key={name}
                data-rove
                class={[hot.has(n) ? "hot" : "", used ? "" : "off", state.register.value === n ? "lit" : ""].join(" ")}
                onMouseEnter={light}
                onMouseLeave={dark}
                onFocus={light}
                onBlur={dark}
              >
                <th scope="row" class={value === undefined ? "" : `r-${REGION[value.kind].tone === "e" ? "p" : REGION[value.kind].tone}`}>
                  {name}
                </th>
                <td class="wr" aria-hidden="true">
                  <i />
                </td>
                <td class="m">{machine}</td>
                <td>{used ? role : "not used here"}</td>
                <td class="m v" title={value?.note}>
                  {value?.text ?? ""}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
