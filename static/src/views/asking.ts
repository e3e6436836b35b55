// Asks the server again when what is typed has rested; only the latest answer counts.
import { useEffect, useState } from "preact/hooks";
import { ask, type Asked } from "../sending.ts";
import type { PacketsReply } from "../schemas.ts";

const SETTLED = 200;

/** The answer for `key`; null until there is one, and for an empty key. */
export function useAsked(key: string, question: () => Promise<PacketsReply>): Asked | null {
  const [answer, setAnswer] = useState<{ key: string; asked: Asked } | null>(null);
  useEffect(() => {
    if (key === "") return;
    let late = false;
    const timer = setTimeout(() => void ask(question()).then((asked) => !late && setAnswer({ key, asked })), SETTLED);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [key]);
  return answer !== null && key !== "" ? answer.asked : null;
}
