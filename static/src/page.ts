// The page around the views: width class, remembered layouts, theme.
import { effect, signal } from "@preact/signals";
import * as actions from "./actions.ts";
import { front } from "./front.ts";
import { defaultLayout, parseLayout, widthClass, type Layout, type WidthClass } from "./panes.ts";
import { keep, recall } from "./prefs.ts";
import * as select from "./select.ts";
import { act, state } from "./store.ts";
import type { State } from "./state.ts";

const KEEP_AFTER = 300;

/** Width of the window in px. */
export const viewport = signal(innerWidth);

export const mac = /Mac|iPhone|iPad/.test(navigator.platform);

const SCREENS = ["workbench", "verifier"] as const;

function layoutKey({ screen, width }: Pick<Layout, "screen" | "width">): string {
  return `layout:${screen}:${width}`;
}

function useWidth(width: WidthClass): void {
  for (const screen of SCREENS) {
    const kept = parseLayout(recall(layoutKey({ screen, width })), width, screen);
    act(actions.setLayout, kept ?? defaultLayout(width, screen));
  }
}

/** Keeps what is changed of a layout a moment later, and at once when the page is left. */
function keepLayout(of: (now: State) => Layout): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kept = of(state.peek());
  effect(() => {
    const layout = of(state.value);
    if (layout === kept) return;
    kept = layout;
    clearTimeout(timer);
    timer = setTimeout(() => keep(layoutKey(layout), layout), KEEP_AFTER);
  });
  // Someone who leaves at once finds the panes as they were left all the same.
  addEventListener("pagehide", () => keep(layoutKey(kept), kept));
}

export function startPage(): void {
  const theme = recall("theme");
  act(actions.setTheme, theme === "light" || theme === "dark" ? theme : null);
  useWidth(widthClass(innerWidth));
  addEventListener("resize", () => {
    viewport.value = innerWidth;
    const width = widthClass(innerWidth);
    if (width !== state.peek().layout.width) useWidth(width);
  });
  effect(() => {
    if (front.value === "workbench") document.title = `${select.title.value} · Hookscope`;
  });
  keepLayout(({ layout }) => layout);
  keepLayout(({ verifierLayout }) => verifierLayout);
}

export function toggleTheme(): void {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  applyTheme(dark ? "light" : "dark");
}

/** Null follows the system again. */
export function applyTheme(theme: State["theme"]): void {
  if (theme === null) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  keep("theme", theme);
  act(actions.setTheme, theme);
}
