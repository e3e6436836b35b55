// What the verifier refuses, as problems of the text. Pure functions only.
import type { DiagnosticView, ProgramVerdict } from "../schemas.ts";

/** The editor says it in one font: code needs no backticks there. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** What the verifier refuses, as problems of the text; `words` are the explanation's of one program, where there is one. */
export function problemsOf(verdicts: readonly ProgramVerdict[], words: { program: number; text: string } | null): DiagnosticView[] {
  return verdicts
    .filter(({ accepted, stopped }) => !accepted && !stopped)
    .map(({ index, what, hint, span, pc, error }) => ({
      code: "verifier",
      severity: "error",
      message: plain(words?.program === index ? words.text : what),
      hint: hint === "" ? null : plain(hint),
      span,
      replacement: null,
      pc,
      kernel: error === "" ? null : error,
    }));
}
