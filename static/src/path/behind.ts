// The workbench behind the path's page: made ready once nothing else is to do, brought to the front with a run.
import { effect } from "@preact/signals";
import type * as Workbench from "../workbench.tsx";
import { front, type Front } from "../front.ts";
import { opened, returning, type Opened } from "../opened.ts";

/** The workbench's address with what was left for it: also good for a page of its own. */
export const WORKBENCH = "/workbench?from=path";
/** Milliseconds after which it is made ready even if the page is never at rest. */
const LATEST = 4_000;
/** Milliseconds after which the workbench is shown though its run has not come: it says itself what is missing. */
const PATIENCE = 400;

interface Held {
  root: HTMLElement;
  /** Opens a run there, until it is there to be seen; false where somebody's own work is open. */
  open: (run: Opened) => Promise<boolean>;
}

let held: Held | null = null;
let preparing = false;

/** Makes the workbench ready, once. */
export function prepareWorkbench(): void {
  if (preparing) return;
  preparing = true;
  const rest = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 500));
  rest(() => void prepare(), { timeout: LATEST });
}

async function prepare(): Promise<void> {
  let parts: [typeof Workbench, typeof import("../boot.ts"), typeof import("../running.ts"), typeof import("../store.ts"), typeof import("../actions.ts"), typeof import("../autosave.ts")];
  try {
    parts = await Promise.all([import("../workbench.tsx"), import("../boot.ts"), import("../running.ts"), import("../store.ts"), import("../actions.ts"), import("../autosave.ts")]);
  } catch {
    preparing = false; // the server is away: opening goes to the workbench's own page, as it would without this
    return;
  }
  const [workbench, { openRun }, { runOpened }, { act, state }, actions, { unkept }] = parts;
  const root = document.createElement("div");
  workbench.show(root);
  workbench.begin();
  act(actions.settled);
  held = {
    root,
    open: async (run) => {
      if (state.peek().saving !== "untouched") return false;
      unkept(() => openRun(run));
      runOpened();
      await arrived(() => state.value.run !== null && state.value.windows.size > 0);
      return true;
    },
  };
  document.documentElement.dataset.workbench = "ready"; // for those who measure
  returning.value = () => {
    history.pushState(null, "", opened.peek()?.back ?? "/path");
    bring("path");
  };
  addEventListener("popstate", () => bring(location.pathname === "/path" ? "path" : "workbench"));
}

/** Resolves when something is so, or has not become so for too long. */
function arrived(so: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE);
    const stop = effect(() => {
      if (!so()) return;
      clearTimeout(timer);
      queueMicrotask(() => stop());
      resolve();
    });
  });
}

/** Where lists were scrolled to, and what had the focus: an element that leaves the page forgets. */
interface Kept {
  root: HTMLElement;
  scrolled: (readonly [Element, number, number])[];
  focus: Element | null;
  title: string;
}

let behind: Kept | null = null;

function bring(to: Front): void {
  const now = document.getElementById("app");
  if (held === null || now === null || front.peek() === to) return;
  const scrolled = [...now.querySelectorAll("*")].filter(({ scrollTop, scrollLeft }) => scrollTop > 0 || scrollLeft > 0);
  const kept: Kept = { root: now, scrolled: scrolled.map((one) => [one, one.scrollTop, one.scrollLeft]), focus: document.activeElement, title: document.title };
  const next = behind?.root ?? held.root;
  now.removeAttribute("id");
  next.id = "app";
  document.body.className = `pg-${to}`;
  now.replaceWith(next);
  front.value = to;
  if (behind !== null) {
    for (const [one, top, left] of behind.scrolled) one.scrollTo(left, top);
    document.title = behind.title;
    if (behind.focus instanceof HTMLElement) behind.focus.focus({ preventScroll: true });
  } else next.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  behind = kept;
}

/** Opens a run in the workbench behind this page; false where that is not ready, or holds somebody's work. */
export async function bringWorkbench(run: Opened): Promise<boolean> {
  opened.value = run;
  if (held === null || !(await held.open(run))) return false;
  history.pushState(null, "", WORKBENCH);
  bring("workbench");
  return true;
}
