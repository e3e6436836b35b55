// The lesson page: reading, the program, its checks, and the workbench's own stepper.
import { render } from "preact";
import { places, startKeys } from "./commands.ts";
import { startInput } from "./input.ts";
import { startNoticing } from "./lesson/did.ts";
import { startHolding } from "./lesson/held.ts";
import { startKeeping } from "./lesson/keep.ts";
import { saveNow } from "./lesson/kept.ts";
import { LAST, openLesson, showPane, startGrading, submit } from "./lesson/run.ts";
import { Page } from "./lesson/views/Page.tsx";
import { startPage } from "./page.ts";
import { recall } from "./prefs.ts";
import { connect, loadReference } from "./transport.ts";
import { startVerdicts } from "./verdict.ts";
import { startWalks } from "./verifier/walk.ts";
import { fetchLazy } from "./views/lazy.tsx";
import { api } from "./api.ts";

/** Milliseconds until what is not needed at once is fetched. */
const AT_REST = 1_000;

/** Checking is what Ctrl Enter does here; running is what every key does by itself. */
function onKey(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  void submit();
}

/** `/lesson` goes on where one left off, else begins with the first. */
async function named(): Promise<string> {
  const [, , id = ""] = location.pathname.split("/");
  if (id !== "") return decodeURIComponent(id);
  const last = recall(LAST);
  const chosen = typeof last === "string" ? last : ((await api.course()).lessons[0]?.id ?? "");
  history.replaceState(null, "", `/lesson/${encodeURIComponent(chosen)}`);
  return chosen;
}

startPage();
startKeys();
addEventListener("keydown", onKey, { capture: true });
startInput();
places.show = showPane;
const root = document.getElementById("app");
root?.replaceChildren(); // what the server sent to look at meanwhile
if (root !== null) render(<Page />, root);
await openLesson(await named());
connect();
startVerdicts();
startWalks();
startGrading();
startHolding();
startNoticing();
startKeeping();
addEventListener("pagehide", saveNow);
void loadReference();
setTimeout(fetchLazy, AT_REST);
