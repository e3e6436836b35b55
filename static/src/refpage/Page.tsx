// The reference as a page: what is looked for on the left, what is known of it on the right.
import { computed, effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, RequestFailed } from "../api.ts";
import { search } from "../fuzzy.ts";
import { Cleaned } from "../lesson/views/Cleaned.tsx";
import type { Glossary, LessonRow, Reference } from "../schemas.ts";
import { Icon } from "../views/Icon.tsx";
import { KindChips } from "../views/KindChips.tsx";
import { PlainTop } from "../views/TopBar.tsx";
import { byAnchor, entries, KINDS, lessonTitle, type Entry, type Kind } from "./entries.ts";

const MOST = 200;
const PLURAL: Readonly<Record<Kind, string>> = { concept: "Concepts", instruction: "Instructions", helper: "Helpers", map: "Maps", hook: "Hooks", context: "Contexts", category: "Rejections", constant: "Constants", field: "Fields" };
/** What someone more likely means: constants and fields are many. */
const LATER: ReadonlySet<Kind> = new Set(["constant", "field"]);

const reference = signal<Reference | null>(null);
const glossary = signal<Glossary | null>(null);
const lessons = signal<readonly LessonRow[]>([]);
const failed = signal("");
const query = signal("");
const kind = signal<Kind | null>(null);
const hash = signal(decodeURIComponent(location.hash.slice(1)));

const all = computed(() => (reference.value === null ? [] : entries(reference.value, glossary.value)));
const found = computed(() => {
  const among = kind.value === null ? all.value : all.value.filter((entry) => entry.kind === kind.value);
  const text = query.value.trim();
  if (text === "") return among.slice(0, MOST);
  const exact = among.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
  const named = search(text, among, ({ name, brief }) => `${name} ${brief}`, MOST).sort((a, b) => Number(LATER.has(a.kind)) - Number(LATER.has(b.kind)));
  const told = named.length < MOST ? search(text, among, ({ name, brief, doc }) => `${name} ${brief} ${doc}`, MOST) : [];
  return [...new Set([...exact, ...named, ...told])].slice(0, MOST);
});
const chosen = computed(() => (hash.value === "" ? null : byAnchor(all.value, hash.value)));

export function startReference(): void {
  addEventListener("hashchange", () => (hash.value = decodeURIComponent(location.hash.slice(1))));
  effect(() => {
    document.title = `${chosen.value === null ? "Reference" : chosen.value.name} · Hookscope`;
  });
  void load();
}

async function load(): Promise<void> {
  try {
    reference.value = await api.reference();
    [glossary.value, lessons.value] = await Promise.all([api.glossary(), api.course().then((course) => course.lessons)]);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    failed.value = error.failure.message;
  }
}

async function run({ example, name }: Entry): Promise<void> {
  if (example === null) return;
  const inputs = { source: example.source, hook: example.hook, packets: [SYN], times_ns: [], seed: 1, cpu: 0, max_steps: 100_000 };
  try {
    const { id } = await api.share({ title: name, inputs, place: { packet: 0, step: 0, breakpoints: [], conditions: {}, panes: {} }, base: 0 });
    location.assign(`/l/${id}${example.kind === "category" ? "?view=verifier" : ""}`);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    failed.value = `${error.failure.message} The example could not be opened.`;
  }
}

/** A SYN from 192.0.2.44 to port 80, for examples to run on. */
const SYN =
  "52540012345652540065432108004500002800010000400690c3c000022cc6336414c0000050000000010000000050022000" + "f0b00000";

function Row({ entry }: { entry: Entry }) {
  return (
    <li>
      <a href={`#${encodeURIComponent(entry.anchor)}`} aria-current={entry === chosen.value ? "true" : undefined}>
        <b class={entry.kind === "concept" || entry.kind === "category" ? "" : "m"}>{entry.name}</b>
        <em>{entry.brief}</em>
        <small>{entry.doc}</small>
      </a>
    </li>
  );
}

function Leads({ entry }: { entry: Entry }) {
  const others = entry.see.map((anchor) => byAnchor(all.value, anchor)).filter((other) => other !== null);
  if (others.length === 0 && entry.lessons.length === 0) return null;
  return (
    <p class="leads">
      {others.map((other) => (
        <a key={other.anchor} class="chip2" href={`#${encodeURIComponent(other.anchor)}`}>
          {other.name}
        </a>
      ))}
      {entry.lessons.map((id) => (
        <a key={id} class="chip2" href={`/lesson/${id}`}>
          Lesson {lessonTitle(lessons.value, id)}
        </a>
      ))}
    </p>
  );
}

function Facts({ entry }: { entry: Entry }) {
  if (entry.facts.length === 0) return null;
  return (
    <dl>
      {entry.facts.map(([label, text]) => (
        <div key={label}>
          <dt class={entry.kind === "context" ? "m" : ""}>{label}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Example({ entry }: { entry: Entry }) {
  if (entry.example === null) return entry.kind === "helper" ? <p class="dim">It wants more than a few lines show: a socket, a lock, or another structure of the kernel.</p> : null;
  const refused = entry.kind === "category";
  return (
    <>
      <h2>{refused ? "Refused for it" : "In a few lines"}</h2>
      <pre class="m" tabIndex={0} aria-label={`Example of ${entry.name}`}>
        {entry.example.source.trimEnd()}
      </pre>
      <p>
        <button type="button" class="btn sm" onClick={() => void run(entry)}>
          {refused ? "See why in the verifier" : "Run it in the workbench"}
          <Icon name="right" />
        </button>
      </p>
    </>
  );
}

function Detail() {
  const entry = chosen.value;
  useEffect(() => {
    document.getElementById("detail")?.scrollTo({ top: 0 });
    if (entry !== null && innerWidth < 900) document.getElementById("detail")?.scrollIntoView({ block: "start" });
  }, [entry?.anchor]);
  if (entry === null) {
    const lost = hash.value !== "" && all.value.length > 0 && glossary.value !== null;
    return (
      <div class="dim">
        <p>{lost ? `There is no “${hash.value}” here. Search for a part of its name.` : "Everything here is what the simulator itself works with: choose something on the left, or type a few letters."}</p>
      </div>
    );
  }
  return (
    <>
      <p class="eyebrow">
        <span>{PLURAL[entry.kind]}</span>
        {entry.brief === "" || entry.kind === "concept" ? null : <span>{entry.brief}</span>}
      </p>
      <h1 class={entry.kind === "concept" || entry.kind === "category" ? "" : "m"}>{entry.name}</h1>
      {entry.html === "" ? <p>{entry.doc || "Nothing more is known of it."}</p> : <Cleaned html={entry.html} />}
      {entry.code === "" ? null : <pre class="m">{entry.code}</pre>}
      <Facts entry={entry} />
      <Example entry={entry} />
      <Leads entry={entry} />
    </>
  );
}

export function Page() {
  const rows = found.value;
  return (
    <>
      <PlainTop view="reference" />
      <main id="main" class="rp" tabIndex={-1}>
        <section class="rp-l" aria-label="All there is">
          <div class="rp-s">
            <label>
              <span class="sr">Search the reference</span>
              <input type="search" class="fld" placeholder="null check, lookup, xdp_md, s>>=" value={query.value} onInput={(event) => (query.value = event.currentTarget.value)} />
            </label>
            <KindChips kinds={KINDS} names={PLURAL} chosen={kind} />
          </div>
          {failed.value === "" ? null : (
            <p class="note bad" role="alert">
              {failed.value}
            </p>
          )}
          <ul aria-label="Found" aria-busy={reference.value === null && failed.value === ""}>
            {rows.map((entry) => (
              <Row key={`${entry.anchor} ${entry.brief}`} entry={entry} />
            ))}
          </ul>
          {rows.length === 0 && reference.value !== null ? <p class="none">Nothing has all of these words. Try fewer.</p> : null}
          {rows.length === MOST ? <p class="none dim">First {MOST} of {all.value.length.toLocaleString("en")}: type more letters, or choose a kind.</p> : null}
        </section>
        <article class="rp-d read" id="detail" tabIndex={0} aria-label="What is known of it">
          <div class="read-in">
            <Detail />
          </div>
        </article>
      </main>
    </>
  );
}

