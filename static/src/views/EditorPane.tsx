// The program: source in the editor, or its read-only listing.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { mountEditor } from "../editor/editor.ts";
import * as select from "../select.ts";
import { Icon } from "./Icon.tsx";
import { Listing } from "./Listing.tsx";
import { choosing } from "./choosing.ts";
import { plural } from "./words.ts";

const view = signal<"source" | "listing">("source");
const VIEWS = [
  ["source", "Source"],
  ["listing", "Listing"],
] as const;

export function EditorTitle() {
  return <h2>{select.program.value?.name || "Program"}</h2>;
}

function Verdict() {
  const check = select.check.value;
  if (check === null) return null;
  const errors = select.errors.value.length;
  return errors === 0 ? (
    <span class="vd pass">
      <Icon name="pass" />
      assembled
    </span>
  ) : (
    <span class="vd drop">
      <Icon name="drop" />
      {plural(errors, "problem")}
    </span>
  );
}

export function EditorHead() {
  const slots = select.program.value?.slot_count ?? 0;
  return (
    <>
      <Verdict />
      <span class="meta">{slots === 0 ? "" : plural(slots, "slot")}</span>
      <span class="grow" />
      <div class="seg" role="radiogroup" aria-label="Code view" onKeyDown={choosing}>
        {VIEWS.map(([id, name]) => (
          <button key={id} type="button" role="radio" aria-checked={view.value === id} tabIndex={view.value === id ? 0 : -1} onClick={() => (view.value = id)}>
            {name}
          </button>
        ))}
      </div>
    </>
  );
}

function Source() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current === null ? undefined : mountEditor(host.current)), []);
  return <div class="editor-host" ref={host} />;
}

export function EditorBody() {
  return <div class="pane-b">{view.value === "source" ? <Source /> : <Listing />}</div>;
}
