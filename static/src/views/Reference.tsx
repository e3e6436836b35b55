// The reference: everything the simulator knows by name, found by a few letters. A panel at the side, not a modal.
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { takeTyped } from "../ahead.ts";
import { editorCommands } from "../editor/port.ts";
import { entriesOf, find, KINDS, wanted, type Kind, type RefEntry } from "../reference.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";
import { Icon } from "./Icon.tsx";
import { KindChips } from "./KindChips.tsx";

const MOST = 80;
const kind = signal<Kind | null>(null);
const PLURAL: Readonly<Record<Kind, string>> = { instruction: "Instructions", helper: "Helpers", map: "Maps", hook: "Hooks", constant: "Constants", field: "Fields" };

function close(): void {
  act(actions.setOverlay, null);
}

function Detail({ entry }: { entry: RefEntry }) {
  return (
    <section class="ref-d" aria-label={entry.name}>
      <h3 class="m">{entry.name}</h3>
      {entry.code === "" ? null : <pre class="m">{entry.code}</pre>}
      <p>{entry.doc || "Nothing more is known of it."}</p>
      <dl>
        {entry.facts.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {entry.insert === "" ? null : (
        <button type="button" class="btn sm" onClick={() => editorCommands.insert(entry.insert)}>
          Insert <code>{entry.insert}</code>
        </button>
      )}
    </section>
  );
}

function Row({ entry, index, on, choose }: { entry: RefEntry; index: number; on: boolean; choose: () => void }) {
  return (
    <li id={`ref-${index}`} role="option" aria-selected={on} onPointerDown={(event) => event.preventDefault()} onClick={choose}>
      <span class="m nw">{entry.name}</span>
      <small>{entry.doc}</small>
      <em>{entry.brief}</em>
    </li>
  );
}

/** The field takes what was typed before it was there, and goes on behind it; else it offers what was last looked for. */
function beginAt(input: HTMLInputElement, typed: string): void {
  input.focus();
  if (typed === "") return input.select();
  input.value = typed;
  input.setSelectionRange(typed.length, typed.length);
}

/** At once, not after painting: what someone types next must not go into the program. */
function useFocus() {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    const typed = takeTyped();
    if (typed !== "") wanted.value = typed;
    if (input.current !== null) beginAt(input.current, typed);
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return input;
}

export function Reference() {
  const [at, setAt] = useState(0);
  const input = useFocus();
  const reference = select.reference.value;
  const entries = useMemo(() => (reference === null ? [] : entriesOf(reference)), [reference]);
  const query = wanted.value;
  const found = find(entries, query, kind.value, MOST);
  const chosen = found[Math.min(at, found.length - 1)];
  useEffect(() => setAt(0), [query, kind.value]);
  useEffect(() => document.getElementById(`ref-${at}`)?.scrollIntoView({ block: "nearest" }), [at]);
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (by === undefined) return;
    setAt((now) => Math.max(0, Math.min(found.length - 1, now + by)));
    event.preventDefault();
  };
  return (
    <div class="pop ref" role="dialog" aria-label="Reference">
      <div class="ph">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="ref-list"
          aria-activedescendant={chosen === undefined ? undefined : `ref-${Math.min(at, found.length - 1)}`}
          aria-label="Search instructions, helpers, maps, hooks, constants and fields"
          placeholder="lookup, XDP_DROP, tcphdr.flags, s>>="
          value={query}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
          onKeyDown={onKey}
        />
        <button type="button" class="btn q i sm" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <KindChips kinds={KINDS} names={PLURAL} chosen={kind} />
      <ul id="ref-list" role="listbox" aria-label="Found">
        {found.map((entry, i) => (
          <Row key={`${entry.kind} ${entry.name} ${entry.brief}`} entry={entry} index={i} on={entry === chosen} choose={() => setAt(i)} />
        ))}
      </ul>
      {found.length === 0 ? <p class="none">{reference === null ? "The tables have not arrived from the server yet." : "Nothing has all of these words. Try fewer."}</p> : null}
      {found.length === MOST ? <p class="cap meta dim">first {MOST}: type more letters to narrow them down</p> : null}
      {chosen === undefined ? null : <Detail entry={chosen} />}
    </div>
  );
}
