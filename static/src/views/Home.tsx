// Carry on here, or open the sandbox.
import { useEffect, useState } from "preact/hooks";
import { api, type WorkspaceRow } from "../api.ts";
import type { ExampleView } from "../schemas.ts";
import { Brand, Navigation, ThemeButton } from "./TopBar.tsx";

export function Home() {
  const [examples, setExamples] = useState<readonly ExampleView[]>([]);
  const [rows, setRows] = useState<readonly WorkspaceRow[]>([]);
  useEffect(() => {
    void api.examples().then(setExamples, () => undefined);
    void api.workspaces().then(setRows, () => undefined);
  }, []);
  return (
    <>
      <header class="top">
        <Brand />
        <Navigation view="home" />
        <span class="grow" />
        <ThemeButton />
      </header>
      <main id="main" class="hm">
        <section class="h1s">
          <div class="h1l">
            <h1>
              Write a few instructions.
              <br />
              Watch a packet meet them.
            </h1>
            <p>Hookscope runs eBPF in a kernel you can pause, rewind and look inside.</p>
            <div class="row h1b">
              <a class="btn pri lg2" href={rows[0] === undefined ? "/workbench" : `/w/${rows[0].id}`}>
                {rows[0] === undefined ? "Open the sandbox" : `Continue: ${rows[0].title}`}
              </a>
            </div>
          </div>
        </section>
        <section class="trk">
          <h2>Examples</h2>
          <ul>
            {examples.map((example) => (
              <li key={example.id}>
                <a href={`/workbench?example=${example.id}`}>{example.title}</a> <span class="dim">{example.doc}</span>
              </li>
            ))}
          </ul>
        </section>
      </main>
    </>
  );
}
