// A new lesson: where it belongs, what it is called. It begins as a small one that is whole.
import { useState } from "preact/hooks";
import { recall, keep } from "../../prefs.ts";
import { TRACKS } from "../../lesson/tracks.ts";
import { createLesson } from "../run.ts";
import * as state from "../state.ts";

const LETTERS = "abcdefg";

function nextNumber(): number {
  const numbers = (state.folder.value?.lessons ?? []).map(({ name }) => Number(name.split("-")[1]));
  return Math.max(0, ...numbers.filter(Number.isFinite)) + 1;
}

function slug(title: string): string {
  return title.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 50);
}

export function Making() {
  const [letter, setLetter] = useState("d");
  const [number, setNumber] = useState(String(nextNumber()));
  const [title, setTitle] = useState("");
  const [author, setAuthor] = useState(typeof recall("author") === "string" ? String(recall("author")) : "");
  const id = `${letter}-${number.padStart(2, "0")}-${slug(title) || "subject"}`;
  const make = (event: Event) => {
    event.preventDefault();
    keep("author", author);
    void createLesson(id, title.trim(), author.trim());
  };
  return (
    <section class="pane au-edit" aria-label="New lesson">
      <div class="pane-h">
        <h2>New lesson</h2>
      </div>
      <form class="recording" onSubmit={make}>
        <p>It begins as a small lesson that is whole: text, stub, solution, three wrong answers, checks and hints. Write over them one by one.</p>
        <label>
          Title
          <input class="fld" required maxLength={120} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
        </label>
        <label>
          Track
          <select class="fld" value={letter} onChange={(event) => setLetter(event.currentTarget.value)}>
            {Object.values(TRACKS).map((track, i) => (
              <option key={track.title} value={LETTERS[i]}>
                {track.title}: {track.doc}
              </option>
            ))}
          </select>
        </label>
        <label>
          Number
          <input class="fld m" type="number" min={1} max={99} required value={number} onInput={(event) => setNumber(event.currentTarget.value)} />
        </label>
        <label>
          Author
          <input class="fld" required maxLength={120} value={author} onInput={(event) => setAuthor(event.currentTarget.value)} />
        </label>
        <p class="dim">
          The folder will be <code>{id}</code>.
        </p>
        <div class="row">
          <button type="submit" class="btn pri">
            Make it
          </button>
          {state.lesson.value === null ? null : (
            <button type="button" class="btn q" onClick={() => (state.making.value = false)}>
              Cancel
            </button>
          )}
        </div>
      </form>
    </section>
  );
}
