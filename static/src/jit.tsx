// The JIT page.
import { render } from "preact";
import { begin, startKeys } from "./jit/run.ts";
import { Page } from "./jit/views/Page.tsx";

const root = document.getElementById("app");
root?.replaceChildren(); // what the server sent to look at meanwhile
if (root !== null) render(<Page />, root);
startKeys();
await begin(location.search);
