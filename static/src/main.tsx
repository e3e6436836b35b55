// The workbench page.
import { render } from "preact";
import { startSaving } from "./autosave.ts";
import { openAddress } from "./boot.ts";
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

startPage();
startKeys();
startInput();
startScreen();
const root = document.getElementById("app");
root?.replaceChildren(); // what the server sent to look at meanwhile
if (root !== null) render(<Shell />, root);
await openAddress(location);
connect();
startVerdicts();
startWalks();
startSaving();
void loadReference();
setTimeout(fetchLazy, AT_REST);
