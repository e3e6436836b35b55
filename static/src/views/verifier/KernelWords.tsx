// Linux's own words, with what each number in them means written below it.
import type { NoteView } from "../../schemas.ts";
import { piecesOf } from "../../verifier/pieces.ts";

export function KernelWords({ kernel, notes }: { kernel: string; notes: readonly NoteView[] }) {
  if (kernel.trim() === "") return null;
  return (
    <>
      <h3>The same, in Linux's words</h3>
      <div class="kw">
        {piecesOf(kernel.trimEnd(), notes).map((pieces, i) => (
          <p key={i}>
            {pieces.map(({ text, note }, k) =>
              note === null ? (
                <span key={k}>{text}</span>
              ) : (
                <span key={k} class="k">
                  {text}
                  <small>{note}</small>
                </span>
              ),
            )}
          </p>
        ))}
      </div>
    </>
  );
}
