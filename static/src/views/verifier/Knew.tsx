// What the verifier knew: the registers and the stack before the step looked at, or over all paths that came here.
import type { FrameKnown, RegView, SlotKnown } from "../../schemas.ts";
import { registerNames } from "../../registers.ts";
import { knew as view } from "../../verifier/shown.ts";
import * as walk from "../../verifier/walk.ts";
import { choosing } from "../choosing.ts";
import { plural } from "../words.ts";
import { BitRow } from "./BitRow.tsx";
import { AllPaths } from "./AllPaths.tsx";
import { RangeBar, rangeSaid, TONE } from "./RangeBar.tsx";

const VIEWS = [
  ["path", "This path"],
  ["all", "All paths"],
] as const;

export function KnewHead() {
  const step = walk.here.value?.step;
  return (
    <>
      <span class="meta">{step === undefined ? "" : `before pc ${step.pc}, path ${step.path}`}</span>
      <span class="grow" />
      <div class="seg sm" role="radiogroup" aria-label="What is shown" onKeyDown={choosing}>
        {VIEWS.map(([id, name]) => (
          <button key={id} type="button" role="radio" aria-checked={view.value === id} tabIndex={view.value === id ? 0 : -1} onClick={() => (view.value = id)}>
            {name}
          </button>
        ))}
      </div>
    </>
  );
}

/** The registers that the refused instruction is about: red, as what is wrong with them is said beside. */
function blamed(): ReadonlySet<number> {
  const now = walk.walk.value;
  const last = now !== null && !now.verdict.accepted && walk.at.value === now.indexes.length - 1;
  if (!last) return new Set();
  const regs = walk.explanation.value?.causes.filter(({ kind }) => kind === "rejected").map(({ reg }) => reg) ?? [];
  const named = [...now.verdict.error.matchAll(/\bR(10|\d)\b/g)].map((found) => Number(found[1]));
  return new Set([...regs, ...named].filter((reg): reg is number => reg !== null));
}

/** "27 bytes proved, was 18": the words that both have are said once. */
function shorter(now: string, before: string): string {
  const [count, ...words] = now.split(" ");
  const [old, ...others] = before.split(" ");
  return count !== old && words.join(" ") === others.join(" ") ? `${now}, was ${old}` : `${now}, before: ${before}`;
}

/** What changed: the value, or only what is known about it. */
function beforeSaid(reg: RegView, was: RegView): string {
  if (was.text !== reg.text) return [reg.note, `was ${was.text}`].filter(Boolean).join(", ");
  if (was.note !== reg.note) return shorter(reg.note, was.note);
  return reg.note;
}

export function KnownRow({ name, reg, was, bad = false }: { name: string; reg: RegView; was?: RegView | undefined; bad?: boolean }) {
  const { tone, badge } = TONE[reg.kind];
  const changed = was !== undefined && was.kernel !== reg.kernel;
  const under = changed && was.kind !== "none" ? beforeSaid(reg, was) : reg.note;
  const number = reg.kind === "num" ? reg.scalar : null;
  return (
    <div class={["reg", bad && "bad", changed && !bad && "chg"].filter(Boolean).join(" ")} role="row">
      <span role="rowheader">{name}</span>
      <span role="cell">
        <span class={`bdg ${tone}`}>{badge}</span>
      </span>
      <span class="v" role="cell" title={rangeSaid(reg)}>
        {reg.text}
        {reg.precise ? <b class="pr" title="Safety depends on this number (precise)"> P</b> : null}
        {under === "" ? null : <span class="was">{under}</span>}
      </span>
      <span class="pv" role="cell">
        {reg.kind === "end" ? <span class="meta dim">no range: its address is unknown</span> : null}
        {reg.kind === "end" || (number !== null && number.umin === number.umax) ? null : <RangeBar reg={reg} />}
        {number === null ? null : <BitRow scalar={number} label={name} />}
      </span>
    </div>
  );
}

function Registers({ frame, values, was }: { frame: FrameKnown; values: readonly RegView[]; was: readonly RegView[] | null }) {
  const bad = blamed();
  const dead = frame.regs.flatMap((index, n) => (values[index]?.kind === "none" ? [n] : []));
  return (
    <>
      {frame.regs.map((index, n) => {
        const reg = values[index];
        if (reg === undefined || reg.kind === "none") return null;
        return <KnownRow key={n} name={`r${n}`} reg={reg} was={was?.[n]} bad={bad.has(n)} />;
      })}
      {dead.length === 0 ? null : (
        <div class={dead.some((n) => bad.has(n)) ? "reg dead bad" : "reg dead"} role="row">
          <span role="rowheader">{namesOf(dead)}</span>
          <span role="cell">
            <span class="bdg u">n/a</span>
          </span>
          <span class="v" role="cell">
            nothing may be read here: never written on this path, or lost in a call
          </span>
        </div>
      )}
    </>
  );
}

/** `r0, r2–r5, r7`. */
export function namesOf(numbers: readonly number[]): string {
  const runs: number[][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1) === n - 1) last.push(n);
    else runs.push([n]);
  }
  return runs.map((run) => registerNames(run)).join(", ");
}

const BYTES: Readonly<Record<string, { name: string; tone: string }>> = {
  "?": { name: "never written", tone: "x" },
  r: { name: "part of a spilled register", tone: "sp" },
  m: { name: "written, any value", tone: "m" },
  "0": { name: "zero", tone: "z" },
};

function Slot({ slot, values }: { slot: SlotKnown; values: readonly RegView[] }) {
  const spilled = slot.value === null ? undefined : values[slot.value];
  return (
    <div class="vslot" role="row">
      <span class="a" role="rowheader">
        fp{slot.off}
      </span>
      <span class="bytes" role="cell" aria-label={[...slot.types].map((type) => BYTES[type]?.name ?? type).join(", ")}>
        {[...slot.types].map((type, i) => (
          <i key={i} class={BYTES[type]?.tone ?? "m"} title={BYTES[type]?.name ?? type}>
            {type}
          </i>
        ))}
      </span>
      <span class="v" role="cell">
        {spilled === undefined ? "" : `${spilled.text}${spilled.note === "" ? "" : `, ${spilled.note}`}`}
      </span>
    </div>
  );
}

function Frames() {
  const here = walk.here.value;
  if (here === null) return null;
  const before = walk.before.value;
  return (
    <>
      {[...here.frames].reverse().map((frame, i) => {
        const old = before?.frames.find(({ number }) => number === frame.number);
        const was = old === undefined || before === null ? null : old.regs.map((index) => before.values[index] ?? here.values[0]!);
        return (
          <div key={frame.number} class={i > 0 ? "outer" : ""}>
            {here.frames.length > 1 ? (
              <p class="fr-h">
                {frame.number === 0 ? "the program" : `frame ${frame.number}, called at pc ${frame.callsite}`}
              </p>
            ) : null}
            <div role="table" aria-label={frame.number === 0 ? "Registers as the verifier knew them" : `Registers of frame ${frame.number}`}>
              <Registers frame={frame} values={here.values} was={was} />
            </div>
            {frame.stack.length === 0 ? null : (
              <div role="table" aria-label="Stack as the verifier knew it" class="vstack">
                {frame.stack.map((slot) => (
                  <Slot key={slot.off} slot={slot} values={here.values} />
                ))}
              </div>
            )}
          </div>
        );
      })}
      {here.step.refs.length === 0 ? null : (
        <p class="held">
          Holds {plural(here.step.refs.length, "resource")} that must be given back: {here.step.refs.map((id) => `id ${id}`).join(", ")}
        </p>
      )}
    </>
  );
}

export function KnewBody() {
  if (walk.here.value === null) {
    return <p class="pane-b sb">For each instruction the verifier comes to: what every register and stack byte can hold there. It appears once the program is walked.</p>;
  }
  return (
    <div class={walk.dim.value ? "pane-b vf-st stale" : "pane-b vf-st"} tabIndex={0} role="group" aria-label="What the verifier knew">
      {view.value === "path" ? <Frames /> : <AllPaths />}
      <p class="tnk">
        bits: <i class="b1">1</i> <i class="b0">0</i> known, <i class="x">?</i> either; a press shows all 64
      </p>
    </div>
  );
}
