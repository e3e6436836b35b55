// Bytecode beside the machine code made of it; a group of both is one thing to point at.
import { pin } from "../run.ts";
import * as state from "../state.ts";
import type { NativeFunctionView, NativeGroupView } from "../../schemas.ts";

const MARK: Readonly<Record<NativeGroupView["rewritten"], string>> = {
  "": "",
  context: "context field",
  lookup: "lookup written out",
  division: "division checks",
  legacy: "legacy load",
  budget: "may_goto count",
  helper: "helper written out",
  dead: "taken out",
};

function spaced(code: string): string {
  return code.replace(/(..)(?!$)/g, "$1 ");
}

function Group({ group, id }: { group: NativeGroupView; id: state.Key }) {
  const kind = group.rewritten === "" ? "" : " rw";
  const on = state.shown.value === id ? " on" : "";
  return (
    <button
      type="button"
      id={`g${id}`}
      class={`jg${kind}${on}`}
      aria-pressed={state.pinned.value === id}
      onMouseEnter={() => (state.hovered.value = id)}
      onMouseLeave={() => (state.hovered.value = null)}
      onFocus={() => (state.hovered.value = id)}
      onClick={() => pin(id)}
    >
      <span class="jb">
        <span class="pc">{group.pc ?? ""}</span>
        <span>{group.pc === null ? <i>added by the compiler</i> : group.text}</span>
        <span class="jm">{MARK[group.rewritten]}</span>
      </span>
      <span class="jn">
        {group.insns.map((insn) => (
          <span key={insn.at}>
            <span class="pc">{insn.at.toString(16).padStart(3, "0")}</span>
            {state.bytes.value ? <span class="hex">{spaced(insn.code)}</span> : null}
            <span>
              {insn.text}
              {insn.symbol === "" || insn.text.includes(insn.symbol) ? null : ` ; ${insn.symbol}`}
            </span>
          </span>
        ))}
      </span>
    </button>
  );
}

export function Func({ func, at }: { func: NativeFunctionView; at: number }) {
  return (
    <section class="pane" aria-label={`Code of ${func.name}`}>
      <header class="pane-h">
        <h2>{func.name}</h2>
        <span class="meta">eBPF, and the {func.size} bytes of x86-64 made of it</span>
      </header>
      <div class={state.bytes.value ? "jcode" : "jcode nob"}>
        {func.groups.map((group, n) => (
          <Group key={n} group={group} id={state.keyOf(at, n)} />
        ))}
      </div>
    </section>
  );
}
