// One line of code, cut into tokens: registers are coloured by what the verifier knew them to hold there.
import { tokens, type Names } from "../tokens.ts";
import * as state from "../state.ts";

interface LineProps {
  text: string;
  names: Names;
  /** A letter for each eBPF register, or empty. */
  knows: string;
  /** The first word is what is done. */
  machine?: boolean;
}

export function Line({ text, names, knows, machine = false }: LineProps) {
  return (
    <>
      {tokens(text, names, machine).map((token, n) => {
        if (token.kind === "plain") return token.text;
        if (token.kind === "word") return <b key={n}>{token.text}</b>;
        const tone = knows[token.register] ?? "u";
        const light = () => (state.register.value = token.register);
        return (
          <i key={n} class={`r r-${tone === "e" ? "p" : tone}`} data-r={token.register} onMouseEnter={light} onMouseLeave={() => (state.register.value = null)}>
            {token.text}
          </i>
        );
      })}
    </>
  );
}
