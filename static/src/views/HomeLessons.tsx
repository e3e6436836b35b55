// The lessons as a map of tracks: what is done, where one is, what is open. Nothing is locked.
import { useState } from "preact/hooks";
import { allHere, exported, imported } from "../lesson/kept.ts";
import { standing, type Standing } from "../lesson/progress.ts";
import type { Course, LessonProgress, LessonRow, TrackView } from "../schemas.ts";
import { Icon } from "./Icon.tsx";
import { useRoving } from "./useRoving.ts";

export interface Known {
  course: Course;
  progress: readonly LessonProgress[];
  here: LessonRow | null;
}

/** Stations side by side on a wide screen. */
const ROW = 8;
const SAID: Readonly<Record<Standing, string>> = { done: ", done", here: ", you are here", begun: ", begun", open: "" };

function of(progress: readonly LessonProgress[], id: string): LessonProgress | undefined {
  return progress.find(({ lesson }) => lesson === id);
}

interface StationProps {
  row: LessonRow;
  known: Known;
  /** The lesson pointed at: those it builds on are marked. */
  over: LessonRow | null;
  point: (row: LessonRow | null) => void;
}

function Station({ row, known, over, point }: StationProps) {
  const stands = standing(row.id, known.here?.id ?? null, of(known.progress, row.id));
  const before = over?.prerequisites.includes(row.id) ?? false;
  return (
    <li class={`lstn ${stands}${before ? " before" : ""}`}>
      <a href={`/lesson/${row.id}`} data-rove onMouseEnter={() => point(row)} onMouseLeave={() => point(null)} onFocus={() => point(row)} onBlur={() => point(null)}>
        <i aria-hidden="true">{stands === "done" ? <Icon name="pass" /> : row.number}</i>
        <span>
          <span class="sr">Lesson {row.number}, </span>
          {row.title}
          <span class="sr">{SAID[stands]}</span>
        </span>
      </a>
    </li>
  );
}

function doneIn(rows: readonly LessonRow[], progress: readonly LessonProgress[]): number {
  return rows.filter(({ id }) => of(progress, id)?.passed_at != null).length;
}

/** What is told of the lesson pointed at, in a place kept for it. */
function About({ over, known }: { over: LessonRow | null; known: Known }) {
  if (over === null) return <p class="lstn-about dim">Point at a lesson to see what it teaches, and which lessons it builds on.</p>;
  const before = known.course.lessons.filter(({ id }) => over.prerequisites.includes(id));
  return (
    <p class="lstn-about">
      <b>
        {over.number} {over.title}.
      </b>{" "}
      {over.summary}{" "}
      <span class="dim">
        About {over.minutes} min{before.length === 0 ? "." : `; builds on ${before.map(({ number, title }) => `${number} ${title}`).join(", ")}.`}
      </span>
    </p>
  );
}

function Track({ track, rows, known, over, point }: { track: TrackView; rows: readonly LessonRow[]; known: Known } & Pick<StationProps, "over" | "point">) {
  const done = doneIn(rows, known.progress);
  const current = rows.some(({ id }) => id === known.here?.id);
  const roving = useRoving<HTMLOListElement>({ columns: innerWidth > 900 ? ROW : 1 });
  return (
    <details class="tline" open={current || innerWidth > 900}>
      <summary>
        <h3>{track.title}</h3>
        <span>{track.doc}</span>
        <em>
          {done} of {rows.length}
        </em>
      </summary>
      <ol {...roving}>
        {rows.map((row) => (
          <Station key={row.id} row={row} known={known} over={over} point={point} />
        ))}
      </ol>
    </details>
  );
}

function download(): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(exported(allHere()), null, 1)], { type: "application/json" }));
  link.download = "hookscope-progress.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Progress as a file: to keep, or to go on in another browser. */
function Carrying({ again }: { again: () => void }) {
  const [said, say] = useState("");
  const take = async (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    const [file] = field.files ?? [];
    if (file === undefined) return;
    const wrong = await imported(await file.text());
    field.value = "";
    say(wrong === "" ? "Taken over. Nothing that was here is lost." : wrong);
    if (wrong === "") again();
  };
  return (
    <div class="row carrying">
      <button type="button" class="btn sm" onClick={download}>
        Export progress
      </button>
      <label class="btn sm">
        Import progress
        <input type="file" accept="application/json,.json" class="sr" onChange={(event) => void take(event)} />
      </label>
      <span class="dim" role="status">
        {said}
      </span>
    </div>
  );
}

/** A lesson's files that cannot be read are left out, and said. */
function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <details class="left-out">
      <summary>{problems.length === 1 ? "One lesson was" : `${problems.length} lessons were`} left out: the files are not as they should be.</summary>
      <ul class="m">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </details>
  );
}

export function HomeLessons({ known, again }: { known: Known | null; again: () => void }) {
  const [over, point] = useState<LessonRow | null>(null);
  if (known === null) return <section class="trk" aria-busy="true" id="lessons" aria-label="Lessons" />;
  const { course, progress } = known;
  if (course.lessons.length === 0 && course.problems.length === 0) return null;
  return (
    <section class="trk" id="lessons" aria-labelledby="lessons-h">
      <div class="row trk-h">
        <h2 id="lessons-h">Lessons</h2>
        <span class="dim">
          {doneIn(course.lessons, progress)} of {course.lessons.length} done. Nothing is locked: start anywhere.
        </span>
        <span class="grow" />
        <ul class="tlg">
          <li>
            <i class="a" />
            done
          </li>
          <li>
            <i class="b" />
            you are here
          </li>
          <li>
            <i class="c" />
            open
          </li>
        </ul>
      </div>
      {course.tracks.map((track) => {
        const rows = course.lessons.filter((row) => row.track === track.id);
        return rows.length === 0 ? null : <Track key={track.id} track={track} rows={rows} known={known} over={over} point={point} />;
      })}
      <About over={over} known={known} />
      <Carrying again={again} />
      <Problems problems={course.problems} />
    </section>
  );
}
