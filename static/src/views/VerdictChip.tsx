// The verifier's verdict as you type: in the top bar, in the status bar, and beside the program's name.
import * as screen from "../screen.ts";
import * as select from "../select.ts";
import * as verdict from "../verdict.ts";
import { Icon } from "./Icon.tsx";
import { plural } from "./words.ts";

interface Said {
  tone: "pass" | "drop" | "aborted" | "wait";
  icon: "pass" | "drop" | "aborted" | "wait";
  word: string;
  /** Where, or how far. */
  rest: string;
  /** The kernel's own words, or what is meant. */
  title: string;
}

/** The verdict in words; null while there is nothing to judge. */
export function said(): Said | null {
  const found = verdict.decisive.value;
  if (select.check.value === null || select.source.value.trim() === "") return null;
  if (found === null && select.errors.value.length > 0) return null;
  if (found === null) return { tone: "wait", icon: "wait", word: "verifying", rest: "", title: "The verifier has not answered yet" };
  const many = verdict.programs.value.length > 1 ? `${found.name}: ` : "";
  if (found.accepted) {
    const most = verdict.programs.value.reduce((sum, { processed }) => sum + processed, 0);
    return { tone: "pass", icon: "pass", word: "accepted", rest: `${plural(most, "instruction")} walked`, title: "Linux 6.18 would load this program" };
  }
  if (found.stopped) {
    const title = `This server looks at ${found.limit.toLocaleString("en")} instructions while you type; Linux at 1,000,000. Open the verifier to walk on.`;
    return { tone: "aborted", icon: "aborted", word: "undecided", rest: `after ${found.limit.toLocaleString("en")} instructions`, title };
  }
  const where = found.span !== null ? `line ${found.span.line}` : found.pc !== null ? `pc ${found.pc}` : "";
  return { tone: "drop", icon: "drop", word: "rejected", rest: many + where, title: found.error === "" ? found.what : found.error };
}

/** Leads to the verifier's screen, which says why. */
export function VerdictChip() {
  const found = said();
  if (found === null) return null;
  const late = verdict.stale.value && found.tone !== "wait";
  return (
    <button
      type="button"
      class={late ? `vchip ${found.tone} late` : `vchip ${found.tone}`}
      title={`${found.title}. Show how the verifier came to it.`}
      aria-label={`Verifier: ${found.word} ${found.rest}`.trim()}
      onClick={() => screen.show("verifier")}
    >
      <span class={`vd ${found.tone}`}>
        <Icon name={found.icon} />
        {found.word}
      </span>{" "}
      <span class="meta">{found.tone === "drop" ? found.rest : ""}</span>
    </button>
  );
}

export function VerdictStatus() {
  const found = said();
  if (found === null) return null;
  return (
    <span class="vstatus" title={found.title}>
      verifier: <b class={found.tone === "pass" ? "t-pass" : found.tone === "drop" ? "t-drop" : ""}>{found.word}</b> {found.rest}
    </span>
  );
}
