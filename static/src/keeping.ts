// Where the work is kept, in words that are true. Pure functions only.
import type { Failure } from "./schemas.ts";
import type { Saving } from "./state.ts";
import { sentence } from "./views/words.ts";

/** What this browser's storage took: everything, the text without its packets, or nothing. */
export type Here = "all" | "text" | "nothing";

export interface Kept {
  /** Beside the program's name. */
  chip: string;
  /** What must be known besides; empty where all is well. */
  told: string;
}

const CHIP: Readonly<Record<Saving, string>> = {
  untouched: "Not changed yet",
  local: "Kept here",
  saving: "Saving",
  saved: "Saved",
  offline: "Offline (kept here)",
  refused: "Kept here only",
  fleeting: "Kept here only",
};

/** Why the server does not keep it. */
function serverSaid(saving: Saving, why: Failure | null): string {
  if (saving === "fleeting") return "The server's disk cannot be written: the server forgets this program when it stops.";
  if (saving === "refused") return `${sentence(why?.message ?? "the server could not save this")} It is tried again every few seconds.`;
  return saving === "offline" ? "The server does not answer." : "";
}

/** `here` counts only while the server has no lasting copy. */
export function keptSaid(saving: Saving, here: Here, why: Failure | null): Kept {
  const server = serverSaid(saving, why);
  if (server === "") return { chip: CHIP[saving], told: "" };
  if (here === "nothing") {
    return { chip: "Not kept", told: `Not kept in this browser: its storage is full or switched off. ${server} Copy the text before you close this page.` };
  }
  const packets = here === "text" ? " Its packets are too many for this browser and are not kept." : "";
  const told = saving === "offline" && packets === "" ? "" : `Kept in this browser only.${packets} ${server}`;
  return { chip: CHIP[saving], told };
}
