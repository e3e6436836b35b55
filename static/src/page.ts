// The page around the views: width class, remembered layouts, theme.
import { effect, signal } from "@preact/signals";
import * as actions from "./actions.ts";
import { defaultLayout, parseLayout, widthClass, type WidthClass } from "./panes.ts";
import { keep, recall } from "./prefs.ts";
import * as select from "./select.ts";
import { act, state } from "./store.ts";
import type { State } from "./state.ts";

const KEEP_AFTER = 300;

/** Width of the window in px. */
export const viewport = signal(innerWidth);

export const mac = /Mac|iPhone|iPad/.test(navigator.platform);

function layoutKey(width: WidthClass): string {
  return `layout:workbench:${width}`;
}

function useWidth(width: WidthClass): void {
  act(actions.setLayout, parseLayout(recall(layoutKey(width)), width) ?? defaultLayout(width));
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
    document.title = `${select.title.value} · Hookscope`;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kept = state.peek().layout;
  effect(() => {
    const { layout } = state.value;
    if (layout === kept) return;
    kept = layout;
    clearTimeout(timer);
    timer = setTimeout(() => keep(layoutKey(layout.width), layout), KEEP_AFTER);
  });
  // Someone who leaves at once finds the panes as they were left all the same.
  addEventListener("pagehide", () => keep(layoutKey(kept.width), kept));
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
