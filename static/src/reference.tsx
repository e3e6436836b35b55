// The reference page.
import { render } from "preact";
import { Page, startReference } from "./refpage/Page.tsx";

const root = document.getElementById("app");
root?.replaceChildren(); // what the server sent to look at meanwhile
if (root !== null) render(<Page />, root);
startReference();
