// The JIT page: the sentence and forms, code, and what is known of the line, registers and sizes.
import { Brand, Navigation, ThemeButton } from "../../views/TopBar.tsx";
import { plural, thousands } from "../../views/words.ts";
import type { NativeReply, NativeRequest } from "../../schemas.ts";
import { look } from "../run.ts";
import * as state from "../state.ts";
import { Func } from "./Code.tsx";
import { Line, Registers, Sizes } from "./Panes.tsx";

const FORMS: readonly [NativeRequest["form"], string][] = [
  ["kernel", "Kernel form"],
  ["guarded", "Guarded"],
  ["proved", "Guarded with proof"],
];

const SAYS: Readonly<Record<NativeRequest["form"], string>> = {
  kernel: "This is what Linux 6.18 would run. Lines with a bar were rewritten by the verifier first.",
  guarded: "This is what the simulator runs: a check stands before each access it cannot take on trust.",
  proved: "The same without the checks that the verifier's proof makes needless.",
};

function Forms() {
  return (
    <div class="row" role="group" aria-label="Form">
      {FORMS.map(([form, name]) => (
        <button
          key={form}
          type="button"
          class="btn sm"
          aria-pressed={state.form.value === form}
          onClick={() => {
            state.form.value = form;
            void look();
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Programs({ reply }: { reply: NativeReply }) {
  if (reply.programs.length < 2) return null;
  return (
    <select
      aria-label="Program"
      value={String(reply.program)}
      onChange={(event) => {
        state.program.value = Number(event.currentTarget.value);
        void look();
      }}
    >
      {reply.programs.map((name, n) => (
        <option key={n} value={String(n)}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Sentence() {
  const reply = state.reply.value;
  const failed = state.failure.value;
  if (failed !== null) return <p class="say err" role="alert"><b>{failed.message}</b> {failed.hint}</p>;
  if (reply === null) return <p class="say" role="status">Compiling.</p>;
  const { sizes } = reply;
  if (sizes === null) return <p class="say" role="status"><b>{reply.refused === "" ? "There is no program to compile." : "Nothing is compiled."}</b></p>;
  return (
    <p class="say" role="status">
      <b>{`${thousands(sizes.bpf_slots)} eBPF slots became ${thousands(sizes.machine_insns)} x86-64 instructions.`}</b> {SAYS[reply.form]}
    </p>
  );
}

function Why() {
  const reply = state.reply.value;
  if (reply === null || reply.functions.length > 0) return null;
  const address = state.opened.value?.address ?? "/workbench";
  return (
    <section class="pane" aria-label="Why there is no code">
      <div class="sb">
        {reply.refused === "" ? null : <b class="t-drop">{reply.pc === null ? reply.refused : `pc ${reply.pc}: ${reply.refused}`}</b>}
        {reply.diagnostics.map((found, n) => (
          <span key={n}>
            {found.span === null ? "" : `Line ${found.span.line}: `}
            {found.message} {found.hint}
          </span>
        ))}
        <span>
          {reply.what} {reply.hint}
        </span>
        <a href={reply.refused === "" ? address : `${address}${address.includes("?") ? "&" : "?"}view=verifier`}>{reply.refused === "" ? "Mend it in the workbench" : "See how the verifier came to it"}</a>
      </div>
    </section>
  );
}

export function Page() {
  const { opened, reply, rewritten } = state;
  return (
    <>
      <header class="top">
        <Brand />
        <Navigation view="jit" program={opened.value?.address ?? "/workbench"} />
        <div class="crumb grow">
          <b>{opened.value?.title ?? ""}</b>
        </div>
        <ThemeButton />
      </header>
      <main id="main" class="jt">
        <h1 class="sr">Machine code</h1>
        <div class="jt-bar">
          <Sentence />
          {reply.value === null ? null : <Programs reply={reply.value} />}
          <Forms />
        </div>
        <div class="jt-g">
          <div class="jt-c">
            <Why />
            {reply.value?.functions.map((func, n) => <Func key={n} func={func} at={n} />)}
          </div>
          <div class="jt-c">
            <Line />
            <Registers />
            <Sizes />
          </div>
        </div>
      </main>
      <footer class="status">
        <span>
          <b>x86-64, Linux 6.18</b>
        </span>
        <span>{plural(rewritten.value.length, "line")} rewritten</span>
        <span class="grow" />
        <span class="hide-s">
          <kbd>[</kbd> <kbd>]</kbd> previous, next rewritten line
        </span>
        <span class="hide-s">
          <kbd>B</kbd> bytes
        </span>
        <span class="hide-s">
          <kbd>Esc</kbd> let go
        </span>
      </footer>
    </>
  );
}
