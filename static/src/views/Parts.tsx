// A sentence of the model: plain words, and pieces that stand for things on screen.
import * as actions from "../actions.ts";
import { partsOf, type Part } from "../parts.ts";
import type { Link } from "../related.ts";
import { act } from "../store.ts";
import { toPc } from "../time.ts";
import { PART_CLASS } from "./words.ts";

/** Lights up what a piece of a sentence speaks of. */
function lights(link: Link) {
  const show = () => act(actions.hover, link);
  const hide = () => act(actions.hover, null);
  return { onMouseEnter: show, onMouseLeave: hide, onFocus: show, onBlur: hide };
}

function Piece({ part }: { part: Part }) {
  const { kind, text, pc } = part;
  if (kind === "") return <>{text}</>;
  if (kind === "pc" && pc !== null) {
    return (
      <button type="button" class="go m" onClick={() => toPc(pc)} {...lights({ kind: "pc", pc })}>
        {text}
      </button>
    );
  }
  const register = kind === "reg" ? /^r(10|\d)$/.exec(text)?.[1] : undefined;
  if (register !== undefined) {
    const link: Link = { kind: "reg", n: Number(register) };
    return (
      <button type="button" class="go m" onClick={() => act(actions.pin, link)} {...lights(link)}>
        {text}
      </button>
    );
  }
  if (kind === "change") return <span class={PART_CLASS[kind]}>{text}</span>;
  return <b class={PART_CLASS[kind]}>{text}</b>;
}

export function Parts({ sentence }: { sentence: string }) {
  return (
    <>
      {partsOf(sentence).map((part, i) => (
        <Piece key={i} part={part} />
      ))}
    </>
  );
}
