// What opens over the panes of any screen with a program: palette, keys, reference, transcript, menus, toasts.
import type { ComponentType } from "preact";
import * as select from "../select.ts";
import type { Overlay } from "../state.ts";
import { ConditionPrompt } from "./ConditionPrompt.tsx";
import { ContextMenu } from "./ContextMenu.tsx";
import { lazy } from "./lazy.tsx";
import { Toasts } from "./Toasts.tsx";

const OVERLAYS: Readonly<Record<Exclude<Overlay, null>, ComponentType>> = {
  palette: lazy(() => import("./Palette.tsx").then((module) => module.Palette)),
  keys: lazy(() => import("./KeysHelp.tsx").then((module) => module.KeysHelp)),
  reference: lazy(() => import("./Reference.tsx").then((module) => module.Reference)),
  transcript: lazy(() => import("./Transcript.tsx").then((module) => module.Transcript)),
};

export function Overlays() {
  const overlay = select.overlay.value;
  const Shown = overlay === null ? null : OVERLAYS[overlay];
  return (
    <>
      {Shown === null ? null : <Shown />}
      <ContextMenu />
      <ConditionPrompt />
      <Toasts />
    </>
  );
}
