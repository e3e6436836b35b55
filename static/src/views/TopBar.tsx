// Brand, views, the program's name, whether it is kept, palette, share, theme.
import { computed } from "@preact/signals";
import * as actions from "../actions.ts";
import { kept, saveIfOffline } from "../autosave.ts";
import { keysOf } from "../commands.ts";
import { caption } from "../keys.ts";
import { encodePlace } from "../link.ts";
import { mac, toggleTheme } from "../page.ts";
import * as select from "../select.ts";
import { share } from "../share.ts";
import { act, state } from "../store.ts";
import * as screen from "../screen.ts";
import { Icon } from "./Icon.tsx";
import { VerdictChip } from "./VerdictChip.tsx";

export function Brand() {
  return (
    <a class="brand" href="/" aria-label="Hookscope, home">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M14.5 2v9.500a4.750 4.750 0 01-9.500 0V9.500" fill="none" stroke="var(--ink)" stroke-width="2.200" stroke-linecap="round" />
        <path d="M2.300 11.300L5 8.300l2.700 3" fill="none" stroke="var(--ink)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
        <circle cx="14.500" cy="6" r="3" fill="var(--now)" stroke="var(--surface)" stroke-width="1.500" />
      </svg>
      <span>Hookscope</span>
    </a>
  );
}

type View = "home" | "lesson" | "reference" | "author" | "metrics" | "path" | "jit" | screen.Screen;
const SCREENS: ReadonlySet<View> = new Set(["workbench", "verifier"]);

const openId = computed(() => state.value.id);

/** Another screen of the same program needs no new page. */
function goTo(event: MouseEvent, to: screen.Screen): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  screen.show(to);
}

/** The server was started for an author, who alone can reach it. */
const authoring = typeof document !== "undefined" && document.querySelector("meta[name=authoring]") !== null;

interface LinksProps {
  view: View;
  /** The workbench's address of the program that is open, on a page that is not the workbench itself. */
  program?: string;
}

/** A page of what is open here; of a link, which has none of its own, the example's. */
function pageOf(page: string, id: string | null): string {
  if (id !== null) return `${page}?w=${encodeURIComponent(id)}`;
  const example = new URLSearchParams(location.search).get("example");
  return example === null || example === "blank" ? page : `${page}?example=${encodeURIComponent(example)}`;
}

/** Where the workbench is in its run, for pages that follow it. */
const placeNow = computed(() => (state.value.run === null ? "" : encodePlace(state.value.cursor.packet, state.value.cursor.step, null)));

function Links({ view, program = "/workbench" }: LinksProps) {
  const inside = SCREENS.has(view);
  const current = (name: View) => (view === name ? { "aria-current": "page" as const } : {});
  return (
    <>
      <a href="/" {...current("home")}>
        Home
      </a>
      <a href={view === "lesson" ? "" : "/lesson"} {...current("lesson")}>
        Lesson
      </a>
      <a href={view === "verifier" ? screen.addressOf("workbench") : program} onClick={(event) => view === "verifier" && goTo(event, "workbench")} {...current("workbench")}>
        Workbench
      </a>
      <a href={inside ? screen.addressOf("verifier") : `${program}${program.includes("?") ? "&" : "?"}view=verifier`} onClick={(event) => inside && goTo(event, "verifier")} {...current("verifier")}>
        Verifier
      </a>
      <a href={view === "path" ? "" : pageOf("/path", openId.value)} {...current("path")}>
        Path
      </a>
      <a href={view === "jit" ? "" : pageOf("/jit", openId.value) + placeNow.value} {...current("jit")}>
        JIT
      </a>
      <a href={view === "metrics" ? "" : pageOf("/metrics", openId.value)} {...current("metrics")}>
        Metrics
      </a>
      <a href={view === "reference" ? "" : "/reference"} {...current("reference")}>
        Reference
      </a>
      {authoring ? (
        <a href={view === "author" ? "" : "/author"} {...current("author")}>
          Author
        </a>
      ) : null}
    </>
  );
}

export function Navigation(props: LinksProps) {
  return (
    <>
      <nav class="nav" aria-label="Views">
        <Links {...props} />
      </nav>
      <details class="mnav">
        <summary aria-label="Views">
          <Icon name="menu" />
        </summary>
        <nav aria-label="Views, as a menu">
          <Links {...props} />
        </nav>
      </details>
    </>
  );
}

export function ThemeButton() {
  return (
    <button type="button" class="btn q i" aria-label="Switch light or dark" title="Switch light or dark" onClick={toggleTheme}>
      <Icon name="theme" />
    </button>
  );
}

function Saved() {
  const saving = select.saving.value;
  const { chip, told } = kept.value;
  if (saving !== "offline" && saving !== "refused") {
    return (
      <span class={told === "" ? "saved" : "saved risk"} title={told}>
        <Icon name="cloud" />
        <span>{chip}</span>
      </span>
    );
  }
  return (
    <button type="button" class={told === "" ? "btn q sm saved" : "btn q sm saved risk"} title="Try to save on the server now" onClick={() => void saveIfOffline()}>
      <Icon name="cloud" />
      <span>{chip}</span>
    </button>
  );
}

/** The top of a page that has nothing of its own to put there. */
export function PlainTop(props: LinksProps) {
  return (
    <>
      <a class="sr skip" href="#main">
        Skip to main content
      </a>
      <header class="top">
        <Brand />
        <Navigation {...props} />
        <span class="grow" />
        <ThemeButton />
      </header>
    </>
  );
}

export function PaletteButton() {
  const [key] = keysOf("palette");
  return (
    <button type="button" class="cmdk" aria-haspopup="dialog" onClick={() => act(actions.setOverlay, "palette")}>
      <Icon name="search" />
      <span class="grow">Search or run</span>
      {key === undefined ? null : <kbd>{caption(key, mac)}</kbd>}
    </button>
  );
}

export function TopBar() {
  return (
    <header class="top">
      <Brand />
      <Navigation view={screen.screen.value} />
      <div class="crumb grow">
        <input
          class="title"
          aria-label="Name of this program"
          value={select.title.value}
          maxLength={120}
          onChange={(event) => act(actions.rename, event.currentTarget.value.trim() || "untitled")}
        />
      </div>
      <VerdictChip />
      <Saved />
      <PaletteButton />
      <button type="button" class="btn q i" aria-label="Share this exact state" title="Copy a link to exactly this state" onClick={() => void share()}>
        <Icon name="share" />
      </button>
      <ThemeButton />
    </header>
  );
}
