// The home page.
import { render } from "preact";
import { Home } from "./views/Home.tsx";

const root = document.getElementById("app");
if (root !== null) render(<Home />, root);
