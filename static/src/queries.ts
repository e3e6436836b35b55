// Questions about time that the palette answers: "last write of r1", "first drop", "step 24", "pc 25".
import type { Link } from "./related.ts";
import type { RunReply, WindowReply } from "./schemas.ts";

export interface Question {
  title: string;
  note: string;
  /** Where it leads; a link asks for its change in a direction instead. */
  to: { packet: number; step: number } | { pc: number } | { link: Link; direction: "forward" | "back" };
}

/** Things that changed before here in this window, latest first, each once. */
function changedThings(window: WindowReply | undefined, here: number, names: readonly string[]): { link: Link; title: string; step: number }[] {
  const found = new Map<string, { link: Link; title: string; step: number }>();
  for (let i = Math.min(window?.steps.length ?? 0, here - (window?.first ?? 0)) - 1; i >= 0 && window !== undefined; i -= 1) {
    for (const change of window.steps[i]?.changes ?? []) {
      const step = window.first + i + 1;
      if (change.k === "reg") {
        const title = `the last write of r${change.n}`;
        if (!found.has(title)) found.set(title, { link: { kind: "reg", n: change.n }, title, step });
      }
      if (change.k === "map") {
        const name = names[change.map] ?? `map ${change.map}`;
        const title = `the last change of ${name}[${change.key_text}]`;
        const link: Link = { kind: "map", map: change.map, name, key: change.key, keyText: change.key_text };
        if (!found.has(title)) found.set(title, { link, title, step });
      }
    }
  }
  return [...found.values()];
}

function aboutPackets(run: RunReply): Question[] {
  const kinds = [
    ["first drop", (effect: string) => effect === "drop"],
    ["first redirect", (effect: string) => effect === "redirect"],
    ["first fault", (effect: string) => effect === "aborted"],
  ] as const;
  return kinds.flatMap(([name, is]) => {
    const packet = run.packets.find(({ effect }) => is(effect));
    if (packet === undefined) return [];
    return [{ title: `Go to the ${name}`, note: `packet ${packet.index + 1}`, to: { packet: packet.index, step: packet.steps } }];
  });
}

/** All questions worth offering here; those with numbers come from the query itself. */
export function questions(query: string, run: RunReply | null, window: WindowReply | undefined, here: { packet: number; step: number }, maps: readonly string[]): Question[] {
  if (run === null) return [];
  const asked: Question[] = [];
  const [, kind, number] = /\b(step|pc|packet)\s+(\d{1,9})\b/i.exec(query) ?? [];
  const n = Number(number);
  if (kind?.toLowerCase() === "step") asked.push({ title: `Go to step ${n}`, note: "", to: { ...here, step: n } });
  if (kind?.toLowerCase() === "packet") asked.push({ title: `Go to packet ${n}`, note: "", to: { packet: n - 1, step: 0 } });
  if (kind?.toLowerCase() === "pc") asked.push({ title: `Go to when pc ${n} ran`, note: "", to: { pc: n } });
  const back = changedThings(window, here.step, maps).map(
    ({ link, title, step }): Question => ({ title: `Back to ${title}`, note: `step ${step}`, to: { link, direction: "back" } }),
  );
  const on = back.slice(0, 12).map((question): Question => {
    const { link } = question.to as { link: Link };
    return { title: question.title.replace("Back to the last", "On to the next"), note: "", to: { link, direction: "forward" } };
  });
  return [...asked, ...back, ...on, ...aboutPackets(run)];
}
