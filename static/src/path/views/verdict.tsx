// What became of an event, as a chip: colour, glyph and word.
import type { OutcomeRow } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";

type Tone = "pass" | "drop" | "tx" | "redirect" | "aborted" | "wait";
interface Said {
  tone: Tone;
  word: string;
}

const ENDS: Readonly<Record<OutcomeRow["end"], Said>> = {
  delivered: { tone: "pass", word: "delivered" },
  dropped: { tone: "drop", word: "dropped" },
  sent: { tone: "tx", word: "sent" },
  queued: { tone: "wait", word: "waits" },
  "": { tone: "wait", word: "" },
};
const EFFECTS: Readonly<Record<OutcomeRow["effect"], Said>> = {
  pass: { tone: "pass", word: "pass" },
  drop: { tone: "drop", word: "drop" },
  tx: { tone: "tx", word: "tx" },
  redirect: { tone: "redirect", word: "redirect" },
  aborted: { tone: "aborted", word: "aborted" },
  deny: { tone: "drop", word: "denied" },
  ignored: { tone: "wait", word: "seen" },
};

export function Chip({ said: { tone, word } }: { said: Said }) {
  return word === "" ? null : (
    <span class={`vd ${tone}`}>
      <Icon name={tone} />
      {word}
    </span>
  );
}

/** How the whole event ended; of one that is no packet, what was answered. */
export function ending(row: OutcomeRow): Said {
  if (row.kind === "packet") return row.effect === "aborted" ? EFFECTS.aborted : ENDS[row.end];
  return row.effect === "deny" ? EFFECTS.deny : row.effect === "ignored" ? EFFECTS.ignored : { tone: "pass", word: "allowed" };
}

export function effect(found: OutcomeRow["effect"]): Said {
  return EFFECTS[found];
}
