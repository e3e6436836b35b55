// What changes for a program with who loads it. Pure functions only.
import type { LoaderRef } from "../schemas.ts";
import type { Profile } from "../verdict.ts";

/** A message of the kernel without what differs from program to program. */
function form(message: string): string {
  return message.replace(/-?\b(?:0x[0-9a-f]+|\d+)\b/g, "#").replace(/\bR\d+/g, "R#").replace(/\bbpf_\w+/g, "helper");
}

/** The row that a refusal is about. */
export function isAbout(row: LoaderRef, error: string): boolean {
  return row.message !== "" && form(row.message) === form(error);
}

/** What holds for a loader. */
export function holds(row: LoaderRef, profile: Profile): string {
  return profile === "root" ? row.trusted : row.guarded;
}
