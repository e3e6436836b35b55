// The bar on top of a lesson: where it stands in the course, and whether what is typed is kept.
import { Brand, Navigation, PaletteButton, ThemeButton } from "../../views/TopBar.tsx";
import { Icon } from "../../views/Icon.tsx";
import { where, type Kept } from "../kept.ts";
import * as lesson from "../state.ts";

const SAID: Readonly<Record<Kept, string>> = { untouched: "Kept", local: "Saving", saving: "Saving", saved: "Saved", offline: "Offline, kept here" };
const TOLD: Readonly<Record<Kept, string>> = {
  untouched: "What you do here is kept in this browser and on the server",
  local: "Kept in this browser; on its way to the server",
  saving: "On its way to the server",
  saved: "Kept in this browser and on the server",
  offline: "The server does not answer: kept in this browser until it does",
};

function Neighbour({ way }: { way: "previous" | "next" }) {
  const row = lesson.neighbours.value[way];
  const label = row === null ? `No ${way} lesson` : `${way === "next" ? "Next" : "Previous"} lesson: ${row.number} ${row.title}`;
  if (row === null) return null;
  return (
    <a class="btn q i" href={`/lesson/${row.id}`} aria-label={label} title={label}>
      <Icon name={way === "next" ? "right" : "left"} />
    </a>
  );
}

export function Bar() {
  const found = lesson.lesson.value;
  return (
    <header class="top">
      <Brand />
      <Navigation view="lesson" />
      <div class="crumb grow">
        {found === null ? null : (
          <b class="title nw">
            {found.row.number} {found.row.title}
          </b>
        )}
      </div>
      <Neighbour way="previous" />
      <Neighbour way="next" />
      <span class={where.value === "offline" ? "saved risk" : "saved"} title={TOLD[where.value]}>
        <Icon name="cloud" />
        <span>{SAID[where.value]}</span>
      </span>
      <PaletteButton />
      <ThemeButton />
    </header>
  );
}
