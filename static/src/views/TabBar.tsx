// The bottom tabs of a phone.
import * as actions from "../actions.ts";
import type { Tab } from "../panes.ts";
import * as select from "../select.ts";
import { act, state } from "../store.ts";
import { Icon, type IconName } from "./Icon.tsx";

const TABS: readonly { tab: Tab; title: string; icon: IconName }[] = [
  { tab: "code", title: "Code", icon: "code" },
  { tab: "state", title: "State", icon: "state" },
  { tab: "packet", title: "Packet", icon: "packet" },
  { tab: "maps", title: "Maps", icon: "maps" },
  { tab: "run", title: "Run", icon: "run" },
];

function onKey(event: KeyboardEvent): void {
  const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (by === 0) return;
  const at = TABS.findIndex(({ tab }) => tab === state.peek().layout.tab);
  const next = TABS[(at + by + TABS.length) % TABS.length]!;
  choose(next.tab);
  document.getElementById(`tab-${next.tab}`)?.focus();
}

function choose(tab: Tab): void {
  act(actions.setLayout, { ...state.peek().layout, tab });
}

export function TabBar() {
  const layout = select.layout.value;
  if (layout.width !== "phone") return null;
  const errors = select.errors.value.length;
  return (
    <nav class="tabbar" aria-label="Panes">
      <div role="tablist" aria-label="Panes" onKeyDown={onKey}>
      {TABS.map(({ tab, title, icon }) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === layout.tab}
          aria-controls="tab-panel"
          tabIndex={tab === layout.tab ? 0 : -1}
          onClick={() => choose(tab)}
        >
          <Icon name={icon} />
          {title}
          {tab === "code" && errors > 0 ? <b>{errors}</b> : null}
        </button>
      ))}
      </div>
    </nav>
  );
}
