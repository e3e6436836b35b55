// The frame of a pane: header with its name or tabs, folding, docking by the header.
import * as actions from "../actions.ts";
import { layoutWith, startDock } from "../dock.ts";
import { EDITORS, fold, show, TITLES, type PaneId, type Stack } from "../panes.ts";
import { act } from "../store.ts";
import { Icon } from "./Icon.tsx";
import type { Panes } from "./registry.ts";
import { choosing } from "./choosing.ts";

function Tabs({ stack }: { stack: Stack }) {
  return (
    <div class="tabs" role="tablist" aria-label="Panes in this place" onKeyDown={choosing}>
      {stack.panes.map((id) => (
        <button
          key={id}
          type="button"
          role="tab"
          aria-selected={id === stack.active}
          tabIndex={id === stack.active ? 0 : -1}
          onClick={() => act(actions.setLayout, show(layoutWith(id), id))}
        >
          {TITLES[id]}
        </button>
      ))}
    </div>
  );
}

function FoldButton({ pane, shut }: { pane: PaneId; shut: boolean }) {
  const toggle = () => act(actions.setLayout, fold(layoutWith(pane), pane, !shut));
  const label = `${shut ? "Open" : "Fold"} ${TITLES[pane]}`;
  return (
    <button type="button" class="btn q i sm fold" aria-label={label} title={label} aria-expanded={!shut} onClick={toggle}>
      <Icon name="down" />
    </button>
  );
}

/** The whole header of a folded pane opens it; for the keyboard there is its button. */
function openByHeader(event: MouseEvent, pane: PaneId) {
  if (event.target instanceof Element && event.target.closest("button") === null) {
    act(actions.setLayout, fold(layoutWith(pane), pane, false));
  }
}

export function Pane({ stack, grow, defs }: { stack: Stack; grow: string; defs: Panes }) {
  const pane = stack.active;
  const def = defs[pane];
  if (def === undefined) return null;
  const { Title, Head, Body } = def;
  const single = stack.panes.length === 1;
  return (
    <section
      class={stack.shut ? "pane shut" : "pane"}
      data-pane={pane}
      aria-label={TITLES[pane]}
      tabIndex={-1}
      style={{ flex: stack.shut ? "none" : grow }}
    >
      <div class="pane-h" onPointerDown={(event) => startDock(event, pane)} onClick={(event) => stack.shut && openByHeader(event, pane)}>
        {!single ? <Tabs stack={stack} /> : Title === undefined ? <h2>{TITLES[pane]}</h2> : <Title />}
        {Head === undefined ? <span class="grow" /> : <Head />}
        {EDITORS.has(pane) ? null : <FoldButton pane={pane} shut={stack.shut} />}
      </div>
      {stack.shut ? null : <Body />}
    </section>
  );
}
