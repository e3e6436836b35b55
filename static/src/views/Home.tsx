// Carry on here, or open the sandbox; or start from an example.
import { useEffect, useState } from "preact/hooks";
import { api, RequestFailed, type WorkspaceRow } from "../api.ts";
import { runPreviews, type Preview } from "../previews.ts";
import { recent, whenText, type Recent } from "../recent.ts";
import type { ExampleView, LessonProgress, LessonRow } from "../schemas.ts";
import { ExampleCard } from "./ExampleCard.tsx";
import { all, allHere } from "../lesson/kept.ts";
import { carryOn } from "../lesson/progress.ts";
import { HomeHero } from "./HomeHero.tsx";
import { HomeLessons, type Known } from "./HomeLessons.tsx";
import { Icon } from "./Icon.tsx";
import { PlainTop } from "./TopBar.tsx";

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

function LeftLesson({ row, progress }: { row: LessonRow; progress: LessonProgress | undefined }) {
  return (
    <a class="cc" href={`/lesson/${row.id}`}>
      <span class="lbl">{progress === undefined ? "The next lesson" : `You left this lesson ${whenText(progress.updated_at, new Date())}`}</span>
      <b>
        {row.number} {row.title}
      </b>
      <span class="mid">{row.summary}</span>
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

/** The course, at once with what this browser knows, then with what the server does. */
function useLessons(): { known: Known | null; again: () => void } {
  const [known, setKnown] = useState<Known | null>(null);
  const [round, again] = useState(0);
  useEffect(() => {
    void (async () => {
      try {
        const course = await api.course();
        const told = (progress: Known["progress"]) => setKnown({ course, progress, here: carryOn(course.lessons, progress) });
        told(allHere());
        told(await all());
      } catch (error) {
        if (!(error instanceof RequestFailed)) throw error;
      }
    })();
  }, [round]);
  return { known, again: () => again(round + 1) };
}

/** Where one carries on, as the first thing to press: the lesson, else the program, else a first look. */
function Start({ rows, known }: { rows: readonly Recent[]; known: Known | null }) {
  const [last] = rows;
  const lesson = known?.here ?? null;
  const begun = (known?.progress.length ?? 0) > 0;
  const leading = lesson !== null && (begun || last === undefined);
  return (
    <div class="row h1b">
      {!leading ? null : (
        <a class="btn pri lg2" href={`/lesson/${lesson.id}`}>
          {begun ? "Continue" : "Begin"}: {lesson.title}
          <Icon name="right" />
        </a>
      )}
      {last === undefined ? null : (
        <a class={leading ? "btn lg2" : "btn pri lg2"} href={last.href}>
          Continue: {last.title}
          <Icon name="right" />
        </a>
      )}
      {last !== undefined || leading ? null : (
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
  const { known, again } = useLessons();
  const rows = recent(saved ?? [], MOST_RECENT);
  const lesson = known === null || known.progress.length === 0 ? null : known.here;
  return (
    <>
      <PlainTop view="home" />
      <main id="main" class="hm" tabIndex={-1}>
        <section class="h1s" aria-label="What this is">
          <div class="h1l">
            <h1>
              Write a few instructions.
              <br />
              Watch a packet meet them.
            </h1>
            <p>Hookscope runs eBPF in a kernel you can pause, rewind and look inside.</p>
            <Start rows={rows} known={known} />
          </div>
          <HomeHero />
        </section>
        {rows.length === 0 && lesson === null ? null : (
          <section class="cont" aria-label="Where you left">
            {lesson === null || known === null ? null : <LeftLesson row={lesson} progress={known.progress.find((one) => one.lesson === lesson.id)} />}
            {rows.slice(0, lesson === null ? MOST_RECENT : MOST_RECENT - 1).map((one) => (
              <Left key={one.href} one={one} />
            ))}
          </section>
        )}
        <HomeLessons known={known} again={again} />
        <Examples examples={examples} failed={failed} />
      </main>
    </>
  );
}
