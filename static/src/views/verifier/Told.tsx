// What the server says, as text: code between backticks in the font of code, a capital first unless it is a name.
import { piecesOfCode, toldAs } from "../../verifier/told.ts";

export function Told({ text }: { text: string }) {
  return (
    <>
      {piecesOfCode(toldAs(text)).map(({ text: piece, code }, i) => (code ? <code key={i}>{piece}</code> : <span key={i}>{piece}</span>))}
    </>
  );
}
