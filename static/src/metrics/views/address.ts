// Addresses of other screens for the program this page is about.
import { program, scenario } from "../state.ts";

export function workbenchAddress(): string {
  const now = program.value;
  if (now === null) return "/workbench";
  if (now.id !== null) return `/w/${encodeURIComponent(now.id)}`;
  return `/workbench?example=${encodeURIComponent(now.example ?? "")}`;
}

export function scrapeAddress(): string | null {
  const id = program.value?.id ?? null;
  return id === null ? null : `/workspaces/${encodeURIComponent(id)}/metrics`;
}

/** What happens one after the other: packets, or a scenario's events. */
export function eventWord(): string {
  return scenario.value === "" ? "packet" : "event";
}
