// Which screen of the program is shown. The address says it: `?view=verifier`.
import { signal } from "@preact/signals";

export type Screen = "workbench" | "verifier";

function named(search: string): Screen {
  return new URLSearchParams(search).get("view") === "verifier" ? "verifier" : "workbench";
}

export const screen = signal<Screen>(typeof location === "undefined" ? "workbench" : named(location.search));

/** The address of a screen of what is open now. */
export function addressOf(to: Screen): string {
  const { pathname, search, hash } = location;
  const query = new URLSearchParams(search);
  if (to === "verifier") query.set("view", to);
  else query.delete("view");
  const text = query.toString();
  return `${pathname}${text === "" ? "" : `?${text}`}${hash}`;
}

export function show(to: Screen): void {
  if (screen.peek() === to) return;
  history.pushState(null, "", addressOf(to));
  screen.value = to;
}

/** Back and forward of the browser go between screens. */
export function startScreen(): void {
  addEventListener("popstate", () => (screen.value = named(location.search)));
}
