// The JIT page: the sentence and forms, the strip, time, code, and what is known of the line, registers and sizes.
import { Brand, Navigation, ThemeButton } from "../../views/TopBar.tsx";
import { plural, sentence, thousands } from "../../views/words.ts";
import type { NativeReply, NativeRequest } from "../../schemas.ts";
import { choose, compileFor, show, write } from "../run.ts";
import * as state from "../state.ts";
import { Func } from "./Code.tsx";
import { compared } from "./Linux.tsx";
import { About, Registers } from "./Panes.tsx";
import { Buys, Race, Sizes } from "./Speed.tsx";
import { Strip } from "./Strip.tsx";
import { Time } from "./Time.tsx";

const VIEWS: readonly [state.View, string][] = [
  ["kernel", "Kernel form"],
  ["linux", "Beside Linux"],
  ["guarded", "Guarded"],
  ["proved", "Guarded with proof"],
  ["bpf", "Rewritten eBPF"],
];
const ARCHES: readonly [NativeRequest["arch"], string][] = [
  ["x86_64", "x86-64"],
  ["aarch64", "AArch64"],
];
const SYNTAXES: readonly [NativeRequest["syntax"], string][] = [
  ["intel", "Intel"],
  ["att", "AT&T"],
];

function saysOf(view: state.View): string {
  switch (view) {
    case "kernel":
      return "Lines with a bar were rewritten by the verifier first.";
    case "linux":
      return compared();
    case "bpf":
      return "This is what the verifier hands to the compiler: lines with a bar are no longer yours.";
    case "guarded":
      return "This is what the simulator runs: a check stands before each access it cannot take on trust.";
    case "proved":
      return "The same without the checks that the verifier's proof makes needless.";
  }
}

interface ChoiceProps<T extends string> {
  label: string;
  options: readonly [T, string][];
  now: T;
  choose: (to: T) => void;
  disabled?: boolean;
}

function Choice<T extends string>({ label, options, now, choose, disabled = false }: ChoiceProps<T>) {
  return (
    <div class="seg" role="group" aria-label={label}>
      {options.map(([option, name]) => (
        <button key={option} type="button" disabled={disabled} aria-pressed={now === option} onClick={() => choose(option)}>
          {name}
        </button>
      ))}
    </div>
  );
}

function Programs({ reply }: { reply: NativeReply }) {
  if (reply.programs.length < 2) return null;
  return (
    <select aria-label="Program" value={String(reply.program)} onChange={(event) => choose(Number(event.currentTarget.value))}>
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
  const machine = reply.arch === "aarch64" ? "AArch64" : "x86-64";
  const became = state.seen.value === "bpf" ? `${thousands(sizes.rewritten_slots ?? 0)} slots of rewritten eBPF` : `${thousands(sizes.machine_insns)} ${machine} instructions`;
  return (
    <p class="say" role="status">
      <span>
        <b>{`${thousands(sizes.bpf_slots)} eBPF slots became ${became}.`}</b> {saysOf(state.seen.value)}
      </span>
    </p>
  );
}

/** Words with pieces of code between backquotes. */
function Said({ text }: { text: string }) {
  return <>{text.split("`").map((part, n) => (n % 2 === 1 ? <code key={n}>{part}</code> : part))}</>;
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
          <Said text={`${sentence(reply.what)} ${sentence(reply.hint)}`} />
        </span>
        <a href={reply.refused === "" ? address : `${address}${address.includes("?") ? "&" : "?"}view=verifier`}>{reply.refused === "" ? "Mend it in the workbench" : "See how the verifier came to it"}</a>
      </div>
    </section>
  );
}

function Footer() {
  const native = state.linux.value?.native;
  return (
    <footer class="status">
      <span>
        <b>{state.archSeen.value === "aarch64" ? "AArch64" : "x86-64"}, Linux 6.18</b>
      </span>
      <span>{plural(state.rewritten.value.length, "line")} rewritten</span>
      {native === undefined ? null : <span class="nat">{native === "" ? "native: x86-64" : `native: not here because ${native}; generated Python instead`}</span>}
      <span class="grow" />
      <span class="hide-s">
        <kbd>,</kbd> <kbd>.</kbd> step
      </span>
      <span class="hide-s">
        <kbd>[</kbd> <kbd>]</kbd> rewritten lines
      </span>
      <span class="hide-s">
        <kbd>B</kbd> bytes
      </span>
      <span class="hide-s">
        <kbd>Esc</kbd> let go
      </span>
    </footer>
  );
}

export function Page() {
  const { opened, reply } = state;
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
          <div class="row">
            {reply.value === null ? null : <Programs reply={reply.value} />}
            <Choice label="Form" options={VIEWS} now={state.view.value} choose={show} />
            <Choice label="Machine" options={ARCHES} now={state.arch.value} choose={compileFor} />
            <Choice label="Syntax" options={SYNTAXES} now={state.syntax.value} choose={write} disabled={state.arch.value === "aarch64" || state.view.value === "bpf"} />
          </div>
        </div>
        <Strip />
        <Time />
        <div class="jt-g">
          <div class="jt-c jt-code">
            <Why />
            {reply.value?.functions.map((func, n) => <Func key={n} func={func} at={n} />)}
          </div>
          <div class="jt-c jt-side">
            <About />
            <Registers />
            <Race />
            <Buys />
            <Sizes />
          </div>
        </div>
      </main>
      <Footer />
    </>
  );
}
