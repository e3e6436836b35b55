// The workbench page.
import { openAddress } from "./boot.ts";
import { begin, show } from "./workbench.tsx";

const root = document.getElementById("app");
if (root !== null) show(root);
await openAddress(location);
begin();
