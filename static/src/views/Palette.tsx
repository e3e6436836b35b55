// Commands, examples, helpers and time, all searched in one field. Anchored under its button, not a modal.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { takeTyped } from "../ahead.ts";
import { COMMANDS, keysOf } from "../commands.ts";
import { editorCommands } from "../editor/port.ts";
import { examples, loadExamples } from "../examples.ts";
import { search } from "../fuzzy.ts";
import { caption } from "../keys.ts";
import { mac } from "../page.ts";
import { questions, type Question } from "../queries.ts";
import * as select from "../select.ts";
import { act, state } from "../store.ts";
import * as time from "../time.ts";
import { Icon } from "./Icon.tsx";

const MOST = 60;

interface Entry {
  title: string;
  detail: string;
  note: string;
  key: string | undefined;
  run: () => unknown;
}

function goTo({ to }: Question): unknown {
  if ("pc" in to) return time.toPc(to.pc);
  return "link" in to ? time.toChange(to.link, to.direction) : time.seekPacket(to.packet, to.step);
}

function entries(query: string): Entry[] {
  const plain = { detail: "", key: undefined };
  const maps = select.maps.value.map(({ name }) => name);
  const asked = questions(query, select.run.value, select.window.value, select.cursor.value, maps);
  return [
    ...asked.map((question) => ({ ...plain, title: question.title, note: question.note, run: () => goTo(question) })),
    ...COMMANDS.map(({ id, title, group, run }) => ({ ...plain, title, note: group, key: keysOf(id)[0], run })),
    ...examples.value.map(({ id, title, doc }) => ({
      ...plain,
      title: `Open example: ${title}`,
      detail: doc,
      note: "Example",
      run: () => location.assign(`/workbench?example=${encodeURIComponent(id)}`),
    })),
    ...(select.reference.value?.helpers ?? []).map(({ name, doc, id }) => ({
      ...plain,
      title: `call ${name}`,
      detail: doc,
      note: `helper ${id}`,
      run: () => editorCommands.insert(`call ${name}`),
    })),
  ];
}

function Row({ entry, index, on, choose }: { entry: Entry; index: number; on: boolean; choose: (entry: Entry) => void }) {
  return (
    <li id={`palette-${index}`} role="option" aria-selected={on} onPointerDown={(event) => event.preventDefault()} onClick={() => choose(entry)}>
      <span class="nw">{entry.title}</span>
      {entry.detail === "" ? null : <small>{entry.detail}</small>}
      <em>{entry.key === undefined ? entry.note : <kbd>{caption(entry.key, mac)}</kbd>}</em>
    </li>
  );
}

/** Closes when the focus goes elsewhere, but not what a command has opened in its place. */
function onFocusOut(event: FocusEvent): void {
  const inside = (event.currentTarget as HTMLElement).contains(event.relatedTarget as Node | null);
  if (!inside && state.peek().overlay === "palette") act(actions.setOverlay, null);
}

export function Palette() {
  const [query, setQuery] = useState(takeTyped);
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const found = search(query, entries(query), ({ title, note }) => `${title} ${note}`, MOST);
  // At once, not after painting: the next letter belongs behind those that were typed before the field was there.
  useLayoutEffect(() => {
    void loadExamples();
    const before = document.activeElement;
    input.current?.focus();
    input.current?.setSelectionRange(query.length, query.length);
    return () => {
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, []);
  useEffect(() => document.getElementById(`palette-${at}`)?.scrollIntoView({ block: "nearest" }), [at]);
  const choose = (entry: Entry) => {
    act(actions.setOverlay, null);
    void entry.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) setAt((now) => (now + by + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter" && found[at] !== undefined) choose(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <div class="pop pal" role="dialog" aria-label="Command palette" onFocusOut={onFocusOut}>
      <div class="ph">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found.length > 0 ? `palette-${at}` : undefined}
          aria-label="Search commands, examples, helpers, and time"
          placeholder="step back, last write of r1, first drop, bpf_map_lookup_elem"
          value={query}
          onInput={(event) => (setQuery(event.currentTarget.value), setAt(0))}
          onKeyDown={onKey}
        />
      </div>
      <ul id="palette-list" role="listbox" aria-label="Found">
        {found.map((entry, i) => (
          <Row key={entry.title} entry={entry} index={i} on={i === at} choose={choose} />
        ))}
      </ul>
      {found.length === 0 ? <p class="none">Nothing has all of these words. Try fewer.</p> : null}
    </div>
  );
}
