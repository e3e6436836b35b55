// Everything that makes the workbench, put into an element: on its own page, or behind the path's.
import { render } from "preact";
import { startSaving } from "./autosave.ts";
import { startKeys } from "./commands.ts";
import { startInput } from "./input.ts";
import { startPage } from "./page.ts";
import { startScreen } from "./screen.ts";
import { connect, loadReference } from "./transport.ts";
import { startVerdicts } from "./verdict.ts";
import { startWalks } from "./verifier/walk.ts";
import { fetchLazy } from "./views/lazy.tsx";
import { Shell } from "./views/Shell.tsx";

/** Milliseconds until what is not needed at once is fetched. */
const AT_REST = 1_000;

/** Draws it, with nothing open. */
export function show(root: Element): void {
  startPage();
  startKeys();
  startInput();
  startScreen();
  root.replaceChildren(); // what the server sent to look at meanwhile
  render(<Shell />, root);
}

/** Begins to run, judge and keep what is open. */
export function begin(): void {
  connect();
  startVerdicts();
  startWalks();
  startSaving();
  void loadReference();
  setTimeout(fetchLazy, AT_REST);
}
