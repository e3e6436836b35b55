// The workshop: the lessons of a folder, as files and as learners get them.
import { render } from "preact";
import { begin, onKey } from "./author/run.ts";
import { Page } from "./author/views/Page.tsx";

const root = document.getElementById("app");
root?.replaceChildren(); // what the server sent to look at meanwhile
if (root !== null) render(<Page />, root);
addEventListener("keydown", onKey, { capture: true });
await begin(location.pathname);
