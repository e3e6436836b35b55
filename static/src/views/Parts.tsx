// A sentence of the model: plain words, and pieces that stand for things on screen.
import * as actions from "../actions.ts";
import type { Part } from "../schemas.ts";
import { act } from "../store.ts";
import { toPc } from "../time.ts";
import { PART_CLASS } from "./words.ts";

function Piece({ part }: { part: Part }) {
  const { kind, text, pc } = part;
  if (kind === "") return <>{text}</>;
  if (kind === "pc" && pc !== null) {
    const show = () => act(actions.hover, { kind: "pc", pc });
    const hide = () => act(actions.hover, null);
    return (
      <button type="button" class="go m" onClick={() => toPc(pc)} onMouseEnter={show} onMouseLeave={hide} onFocus={show} onBlur={hide}>
        {text}
      </button>
    );
  }
  if (kind === "change") return <span class={PART_CLASS[kind]}>{text}</span>;
  return <b class={PART_CLASS[kind]}>{text}</b>;
}

export function Parts({ parts }: { parts: readonly Part[] }) {
  return (
    <>
      {parts.map((part, i) => (
        <Piece key={i} part={part} />
      ))}
    </>
  );
}

/** The same as plain text. */
export function plain(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join("");
}
