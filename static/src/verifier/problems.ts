// What the verifier refuses, as problems of the text. Pure functions only.
import type { DiagnosticView, ProgramVerdict } from "../schemas.ts";

/** The editor says it in one font: code needs no backticks there. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** What the verifier refuses, as problems of the text; `words` are those of the explanation, where there is one. */
export function problemsOf(verdicts: readonly ProgramVerdict[], words: string | null): DiagnosticView[] {
  return verdicts
    .filter(({ accepted, stopped }) => !accepted && !stopped)
    .map(({ what, hint, span, pc, error }, i) => ({
      code: "verifier",
      severity: "error",
      message: plain(i === 0 && words !== null ? words : what),
      hint: hint === "" ? null : plain(hint),
      span,
      replacement: null,
      pc,
      kernel: error === "" ? null : error,
    }));
}
