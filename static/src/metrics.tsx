// The metrics page.
import { render } from "preact";
import { startAsking } from "./metrics/ask.ts";
import { loadScenarios, open, startKeeping } from "./metrics/keep.ts";
import { pin } from "./metrics/state.ts";
import { Page } from "./metrics/views/Page.tsx";

const root = document.getElementById("app");
root?.replaceChildren(); // what the server sent to look at meanwhile
if (root !== null) render(<Page />, root);
addEventListener("keydown", ({ key }) => {
  if (key === "Escape") pin.value = null;
});
await open(location.search);
startAsking();
startKeeping();
await loadScenarios();
