// Bytecode beside what became of it; a group of both is one thing to point at.
import { computed } from "@preact/signals";
import { useRoving } from "../../views/useRoving.ts";
import type { LinuxPairView, NativeFunctionView, NativeGroupView, NativeInsnView } from "../../schemas.ts";
import { plural, thousands } from "../../views/words.ts";
import { foldsOf, type Piece } from "../folds.ts";
import { pairsOf } from "../pairs.ts";
import { pin } from "../run.ts";
import * as state from "../state.ts";
import * as time from "../time.ts";
import { BPF_NAMES, machineNames } from "../tokens.ts";
import { Line } from "./Line.tsx";
import { LinuxSource, LinuxWhy } from "./Linux.tsx";

const MARK: Readonly<Record<NativeGroupView["rewritten"], string>> = {
  "": "",
  context: "context field",
  lookup: "lookup written out",
  division: "division checks",
  legacy: "legacy load",
  budget: "may_goto count",
  helper: "helper written out",
  dead: "taken out",
  width: "upper half cleared",
  probe: "load checked first",
};

const CHECK: Readonly<Record<NativeGroupView["check"], string>> = {
  "": "",
  made: "checked",
  needless: "checked, though proved",
  dropped: "✓ proved, no check",
  frame: "in its frame",
};

export const DIFFERENCE: Readonly<Record<LinuxPairView["differs"], { sign: string; said: string }>> = {
  "": { sign: "=", said: "the same bytes" },
  address: { sign: "≈", said: "the same but for an address" },
  other: { sign: "≠", said: "different" },
};

/** What stands at the end of a line on the left. */
function noteOf(group: NativeGroupView): string {
  if (group.check !== "") return CHECK[group.check];
  if (group.rewritten === "context" && group.became.length === 1) return `becomes ${group.became[0] ?? ""}`;
  return MARK[group.rewritten];
}

const names = computed(() => machineNames(state.reply.value?.registers ?? []));

function hexOf({ code, blank }: NativeInsnView): string {
  const cells = code.match(/../g) ?? [];
  return cells.map((cell, n) => (blank !== null && n >= blank[0] && n < blank[0] + blank[1] ? "··" : cell)).join(" ");
}

/** Long runs of bytes go on in the next lines, as others' columns begin where they always do. */
const CELLS = 10;

function Bytes({ insn }: { insn: NativeInsnView }) {
  const cells = hexOf(insn).split(" ");
  return <span class="hx">{cells.length > CELLS ? `${cells.slice(0, CELLS - 1).join(" ")} +${cells.length - CELLS + 1}` : cells.join(" ")}</span>;
}

function Insn({ insn, knows }: { insn: NativeInsnView; knows: string }) {
  return (
    <span class="nx">
      <span class="ad">{insn.at.toString(16).padStart(3, "0")}</span>
      {state.bytes.value ? <Bytes insn={insn} /> : null}
      <span class="ins">
        <Line text={insn.text} names={names.value} knows={knows} machine />
        {insn.symbol === "" || insn.text.includes(insn.symbol) ? null : <span class="sy"> {insn.symbol}</span>}
      </span>
    </span>
  );
}

/** A row of the comparison: ours, whether Linux's is the same, Linux's. */
function Pair({ ours, pair, knows }: { ours: NativeInsnView | undefined; pair: LinuxPairView; knows: string }) {
  const { sign, said } = DIFFERENCE[pair.differs];
  const at = ours?.at ?? pair.linux?.at ?? 0;
  return (
    <span class={pair.differs === "other" ? "nx pr odd" : "nx pr"}>
      <span class="ad">{at.toString(16).padStart(3, "0")}</span>
      <span class="ins">{ours === undefined ? <span class="dim">nothing</span> : <Line text={ours.text} names={names.value} knows={knows} machine />}</span>
      <span class={pair.differs === "" ? "df" : "df on"} role="img" aria-label={said} title={said}>
        {sign}
      </span>
      <span class="ins">{pair.linux === null ? <span class="dim">nothing</span> : <Line text={pair.linux.text} names={names.value} knows={knows} machine />}</span>
    </span>
  );
}

function Right({ group, func, place }: { group: NativeGroupView; func: number; place: number }) {
  const view = state.seen.value;
  if (view === "bpf") {
    const lines = group.pc === null ? [] : group.rewritten === "" ? [group.text] : group.became;
    return (
      <>
        {lines.map((text, n) => (
          <span key={n} class="nx bp">
            <span class="ins">
              <Line text={text} names={BPF_NAMES} knows={group.rewritten === "" ? group.knows : ""} />
            </span>
          </span>
        ))}
        {group.pc === null ? <span class="nx bp dim">machine code alone</span> : lines.length === 0 ? <span class="nx bp dim">nothing</span> : null}
      </>
    );
  }
  if (view === "linux" && state.linux.value !== null && state.linux.value.functions.length > 0) {
    const rows = pairsOf(state.reply.value?.functions[func], state.linux.value.functions[func])[place] ?? [];
    return <>{rows.map(({ ours, pair }, n) => <Pair key={n} ours={ours} pair={pair} knows={group.knows} />)}</>;
  }
  return <>{group.insns.map((insn) => <Insn key={insn.at} insn={insn} knows={group.knows} />)}</>;
}

interface GroupProps {
  group: NativeGroupView;
  func: number;
  place: number;
}

function Group({ group, func, place }: GroupProps) {
  const id = state.keyOf(func, place);
  const isNow = time.now.value === id;
  const classes = ["jg", group.rewritten === "" ? "" : "rw", group.pc === null ? "pro" : "", state.shown.value === id ? "on" : "", isNow ? "now" : ""];
  return (
    <button
      type="button"
      id={`g${id}`}
      data-rove
      class={classes.filter((name) => name !== "").join(" ")}
      aria-pressed={state.pinned.value === id}
      aria-current={isNow ? "step" : undefined}
      onMouseEnter={() => (state.hovered.value = id)}
      onMouseLeave={() => (state.hovered.value = null)}
      onFocus={() => (state.hovered.value = id)}
      onBlur={() => (state.hovered.value = null)}
      onClick={() => pin(id)}
    >
      <span class="eb">
        <span class="pc">{group.pc ?? ""}</span>
        <span class="tx">{group.pc === null ? (group.insns[0]?.at === 0 ? "prologue" : "handing back") : <Line text={group.text} names={BPF_NAMES} knows={group.knows} />}</span>
        <span class="jm">{noteOf(group)}</span>
      </span>
      <span class="wire" aria-hidden="true" />
      <span class="nt">
        <Right group={group} func={func} place={place} />
      </span>
    </button>
  );
}

function Folded({ piece, open }: { piece: Piece; open: () => void }) {
  const insns = piece.groups.reduce((sum, group) => sum + group.insns.length, 0);
  const size = piece.groups.reduce((sum, group) => sum + group.insns.reduce((all, { code }) => all + code.length / 2, 0), 0);
  return (
    <button type="button" class="jf" data-rove aria-expanded={false} onClick={open}>
      <span class="m">
        ▸ pc {piece.groups[0]?.pc} to {piece.groups.at(-1)?.pc}
      </span>
      <span class="grow" />
      <span class="m dim">
        {thousands(piece.groups.length)} eBPF, {plural(insns, "instruction")}, {thousands(size)} B
      </span>
    </button>
  );
}

const TITLES: Readonly<Record<state.View, string>> = {
  kernel: "as Linux 6.18 compiles it",
  linux: "ours, and Linux's own image",
  bpf: "rewritten eBPF",
  guarded: "guarded, as the simulator runs it",
  proved: "guarded, without needless checks",
};

export function Func({ func, at }: { func: NativeFunctionView; at: number }) {
  const roving = useRoving();
  const pieces = foldsOf(func.groups, { folded: !state.unfolded.value, keep: keepOpen(at) });
  const machine = state.archSeen.value === "aarch64" ? "AArch64" : "x86-64";
  return (
    <section class="pane" aria-label={`Code of ${func.name}`}>
      <header class="pane-h jh">
        <h2>{func.name}</h2>
        <span class="meta">eBPF, as you wrote it</span>
        <span class="grow" />
        <span class="meta">
          {state.seen.value === "bpf" ? "" : `${machine}, `}
          {state.seen.value === "linux" && state.linux.value?.functions.length === 0 ? "ours alone" : TITLES[state.seen.value]}
          {state.seen.value === "bpf" ? "" : `, ${thousands(func.size)} bytes`}
        </span>
        {at === 0 ? <LinuxSource /> : null}
        {pieces.some(({ folded }) => folded) || (state.unfolded.value && func.groups.length > 60) ? (
          <button type="button" class="btn q sm" onClick={() => (state.unfolded.value = !state.unfolded.value)}>
            {state.unfolded.value ? "Fold plain lines" : "Unfold all"}
          </button>
        ) : null}
      </header>
      {at === 0 ? <LinuxWhy /> : null}
      <div class={`jcode ${state.bytes.value ? "" : "nob"} v-${state.seen.value}`} data-hot={state.register.value ?? undefined} {...roving}>
        {pieces.map((piece) =>
          piece.folded ? (
            <Folded key={`f${piece.start}`} piece={piece} open={() => (state.spread.value = new Set([...state.spread.value, `${at}-${piece.start}`]))} />
          ) : (
            piece.groups.map((group, n) => <Group key={piece.start + n} group={group} func={at} place={piece.start + n} />)
          ),
        )}
      </div>
    </section>
  );
}

/** Places of a function's groups that are never folded away: the current one, the pinned one, what was opened. */
function keepOpen(func: number): (place: number, start: number) => boolean {
  const keys = new Set([time.now.value, state.pinned.value]);
  return (place, start) => keys.has(state.keyOf(func, place)) || state.spread.value.has(`${func}-${start}`);
}
