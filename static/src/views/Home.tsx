// Carry on here, or open the sandbox; or start from an example.
import { useEffect, useState } from "preact/hooks";
import { api, RequestFailed, type WorkspaceRow } from "../api.ts";
import { runPreviews, type Preview } from "../previews.ts";
import { recent, whenText, type Recent } from "../recent.ts";
import type { ExampleView } from "../schemas.ts";
import { ExampleCard } from "./ExampleCard.tsx";
import { HomeHero } from "./HomeHero.tsx";
import { Icon } from "./Icon.tsx";
import { Brand, Navigation, ThemeButton } from "./TopBar.tsx";

const MOST_RECENT = 3;

function Left({ one }: { one: Recent }) {
  return (
    <a class="cc" href={one.href}>
      <span class="lbl">{one.savedAt === null ? "Kept in this browser" : `You left here ${whenText(one.savedAt, new Date())}`}</span>
      <b>{one.title}</b>
      <span class="mid">{one.place}</span>
    </a>
  );
}

/** What is asked of the server; null while it has not answered, and why it did not. */
function useAnswer<T>(ask: () => Promise<T>): { answer: T | null; failed: string } {
  const [state, setState] = useState<{ answer: T | null; failed: string }>({ answer: null, failed: "" });
  useEffect(() => {
    ask().then(
      (answer) => setState({ answer, failed: "" }),
      (error: unknown) => {
        if (!(error instanceof RequestFailed)) throw error;
        setState({ answer: null, failed: error.failure.message });
      },
    );
  }, []);
  return state;
}

function usePreviews(examples: readonly ExampleView[] | null): ReadonlyMap<string, Preview> {
  const [previews, setPreviews] = useState<ReadonlyMap<string, Preview>>(new Map());
  useEffect(() => {
    if (examples === null) return;
    void runPreviews(examples.filter(({ group }) => group === "run"), (id, preview) => setPreviews((old) => new Map(old).set(id, preview)));
  }, [examples]);
  return previews;
}

function Start({ rows }: { rows: readonly Recent[] }) {
  const [last] = rows;
  return (
    <div class="row h1b">
      {last === undefined ? null : (
        <a class="btn pri lg2" href={last.href}>
          Continue: {last.title}
          <Icon name="right" />
        </a>
      )}
      {last !== undefined ? null : (
        <a class="btn pri lg2" href="/workbench?example=syn_guard">
          Watch a SYN flood meet its guard
        </a>
      )}
      <a class="btn lg2" href="/workbench?example=blank">
        Open an empty sandbox
      </a>
    </div>
  );
}

/** `count` cards are kept room for while the server has not answered. */
const GROUPS = [
  { group: "run", count: 8, id: "examples", title: "Examples", doc: "Each opens with packets that show it. Change anything: it becomes a program of your own." },
  { group: "why", count: 5, id: "why-examples", title: "Why does it say no?", doc: "The verifier refuses each of these, and shows how it came to that." },
] as const;

function Examples({ examples, failed }: { examples: readonly ExampleView[] | null; failed: string }) {
  const previews = usePreviews(examples);
  return (
    <>
      {GROUPS.map(({ group, count, id, title, doc }) => (
        <section key={id} class="trk" aria-labelledby={id}>
          <div class="row trk-h">
            <h2 id={id}>{title}</h2>
            <span class="dim">{doc}</span>
          </div>
          {failed === "" || group !== "run" ? null : <p class="note bad">{failed} The examples come from the server.</p>}
          <ul class="exs" aria-busy={examples === null && failed === ""}>
            {examples === null && failed === "" ? Array.from({ length: count }, (_, i) => <li key={i} class="ghost" aria-hidden="true" />) : null}
            {examples?.filter((example) => example.group === group).map((example) => (
              <ExampleCard key={example.id} example={example} preview={previews.get(example.id)} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

export function Home() {
  const { answer: examples, failed } = useAnswer(api.examples);
  const { answer: saved } = useAnswer<WorkspaceRow[]>(api.workspaces);
  const rows = recent(saved ?? [], MOST_RECENT);
  return (
    <>
      <a class="sr skip" href="#main">
        Skip to main content
      </a>
      <header class="top">
        <Brand />
        <Navigation view="home" />
        <span class="grow" />
        <ThemeButton />
      </header>
      <main id="main" class="hm" tabIndex={-1}>
        <section class="h1s" aria-label="What this is">
          <div class="h1l">
            <h1>
              Write a few instructions.
              <br />
              Watch a packet meet them.
            </h1>
            <p>Hookscope runs eBPF in a kernel you can pause, rewind and look inside.</p>
            <Start rows={rows} />
          </div>
          <HomeHero />
        </section>
        {rows.length === 0 ? null : (
          <section class="cont" aria-label="Where you left">
            {rows.map((one) => (
              <Left key={one.href} one={one} />
            ))}
          </section>
        )}
        <Examples examples={examples} failed={failed} />
      </main>
    </>
  );
}
