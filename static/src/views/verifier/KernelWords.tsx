// Linux's own words, with what each number in them means written below.
import type { NoteView } from "../../schemas.ts";
import { piecesOf } from "../../verifier/pieces.ts";
import { Told } from "./Told.tsx";

export function KernelWords({ kernel, notes }: { kernel: string; notes: readonly NoteView[] }) {
  if (kernel.trim() === "") return null;
  const lines = piecesOf(kernel.trimEnd(), notes);
  const noted = lines.flat().filter(({ note }) => note !== null);
  return (
    <>
      <h3>The same, in Linux's words</h3>
      <div class="kw">
        {lines.map((pieces, i) => (
          <p key={i}>
            {pieces.map(({ text, note }, k) =>
              note === null ? (
                text
              ) : (
                <span key={k} class="k" title={note}>
                  {text}
                </span>
              ),
            )}
          </p>
        ))}
        {noted.length === 0 ? null : (
          <dl>
            {noted.map(({ text, note }, i) => (
              <div key={i}>
                <dt>{text}</dt>
                <dd>
                  <Told text={note ?? ""} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </>
  );
}
