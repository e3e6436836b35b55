// Where someone left off: programs kept by the server, and those only this browser has.
import type { WorkspaceRow } from "./api.ts";
import type { Draft } from "./autosave.ts";
import { readDraft } from "./autosave.ts";

export interface Recent {
  href: string;
  title: string;
  /** Null for work that never reached the server. */
  savedAt: string | null;
  /** What this browser knows of the place: "packet 16, step 24". */
  place: string;
}

function placeOf(draft: Draft | null): string {
  if (draft === null) return "";
  const { packet, step } = draft.place;
  const count = draft.inputs.packets.length;
  return count === 0 ? "No packets yet." : `At packet ${packet + 1} of ${count.toLocaleString("en")}, step ${step.toLocaleString("en")}.`;
}

export function recent(rows: readonly WorkspaceRow[], most: number, drafts: (id: string | null) => Draft | null = readDraft): Recent[] {
  const unsaved = drafts(null);
  const first: Recent[] = unsaved === null ? [] : [{ href: "/workbench", title: unsaved.title, savedAt: null, place: placeOf(unsaved) }];
  const saved = rows.map(({ id, title, saved_at }): Recent => ({ href: `/w/${encodeURIComponent(id)}`, title, savedAt: saved_at, place: placeOf(drafts(id)) }));
  return [...first, ...saved].slice(0, most);
}

const DAY = 86_400_000;

/** `today 18:40`, `yesterday 18:40`, `12 March, 18:40`. */
export function whenText(iso: string, now: Date): string {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return "";
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (then >= midnight) return `today ${time}`;
  if (then.getTime() >= midnight.getTime() - DAY) return `yesterday ${time}`;
  return `${then.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}, ${time}`;
}
