// "Since when?": every value can be asked when it last changed and when it is next touched.
import { useEffect, useRef } from "preact/hooks";
import * as actions from "../actions.ts";
import { nameOf, watchOf } from "../related.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";
import * as time from "../time.ts";
import { menu } from "./hovering.ts";

interface Item {
  title: string;
  note?: string;
  run: () => unknown;
}

function items(): Item[] {
  const open = menu.value;
  if (open === null) return [];
  const { link, text } = open;
  const watchable = watchOf(link, select.dataOffset.value) !== null;
  return [
    ...(watchable
      ? [
          { title: "Back to its last write", run: () => time.toChange(link, "back") },
          { title: "Forward to its next write", run: () => time.toChange(link, "forward") },
        ]
      : []),
    { title: "Back to its last use", run: () => time.toUse(link, -1) },
    { title: "Forward to its next use", run: () => time.toUse(link, 1) },
    { title: "Pin", note: "Esc unpins", run: () => act(actions.pin, link) },
    { title: "Copy", note: text.length > 24 ? `${text.slice(0, 23)}…` : text, run: () => navigator.clipboard?.writeText(text) },
  ];
}

function onKey(event: KeyboardEvent): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (event.key === "Escape" || event.key === "Tab") {
    event.stopPropagation();
    menu.value = null;
    return;
  }
  if (by === 0) return;
  event.preventDefault();
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
}

export function ContextMenu() {
  const box = useRef<HTMLDivElement>(null);
  const open = menu.value;
  useEffect(() => {
    if (open === null) return;
    const before = document.activeElement;
    box.current?.querySelector("button")?.focus();
    const close = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) menu.value = null;
    };
    addEventListener("pointerdown", close);
    return () => {
      removeEventListener("pointerdown", close);
      if (before instanceof HTMLElement) before.focus();
    };
  }, [open]);
  if (open === null) return null;
  const left = Math.max(8, Math.min(open.x, innerWidth - 290));
  // Above what covers the foot of the page on a phone; buttons are taller there.
  const height = matchMedia("(max-width: 640px)").matches ? 380 : 230;
  const top = Math.max(8, Math.min(open.y + 4, innerHeight - height));
  return (
    <div class="pop menu" ref={box} role="menu" aria-label="Since when?" style={{ left: `${left}px`, top: `${top}px` }} onKeyDown={onKey}>
      <span class="lbl" role="presentation">
        {nameOf(open.link, select.dataOffset.value)}
      </span>
      {items().map(({ title, note, run }) => (
        <button key={title} type="button" role="menuitem" onClick={() => ((menu.value = null), void run())}>
          {title}
          {note === undefined ? null : <em>{note}</em>}
        </button>
      ))}
    </div>
  );
}
