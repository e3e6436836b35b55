// The path page.
import { render } from "preact";
import { startKeys } from "./path/keys.ts";
import { front } from "./front.ts";
import { begin, readStations } from "./path/run.ts";
import { Page } from "./path/views/Page.tsx";

front.value = "path";
const map = readStations(document.getElementById("stations")?.textContent ?? "");
const root = document.getElementById("app");
root?.replaceChildren(); // what the server sent to look at meanwhile
if (root !== null) render(<Page />, root);
startKeys();
await map;
await begin();
