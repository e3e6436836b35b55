// The JIT page.
import { render } from "preact";
import { startKeys } from "./jit/keys.ts";
import { begin } from "./jit/run.ts";
import { Page } from "./jit/views/Page.tsx";

const root = document.getElementById("app");
root?.replaceChildren(); // what the server sent to look at meanwhile
if (root !== null) render(<Page />, root);
startKeys();
await begin(location);
