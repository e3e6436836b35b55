// The bottom tabs of a phone.
import * as actions from "../actions.ts";
import type { Layout, Tab } from "../panes.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";
import { choosing } from "./choosing.ts";
import { Icon, type IconName } from "./Icon.tsx";

export interface TabDef {
  tab: Tab;
  title: string;
  icon: IconName;
}

export const WORKBENCH_TABS: readonly TabDef[] = [
  { tab: "code", title: "Code", icon: "code" },
  { tab: "state", title: "State", icon: "state" },
  { tab: "packet", title: "Packet", icon: "packet" },
  { tab: "maps", title: "Maps", icon: "maps" },
  { tab: "run", title: "Run", icon: "run" },
];

/** `code` is the tab that counts the mistakes of the text. */
export function TabBar({ layout, tabs, code }: { layout: Layout; tabs: readonly TabDef[]; code: Tab }) {
  if (layout.width !== "phone") return null;
  const errors = select.errors.value.length;
  return (
    <nav class="tabbar" aria-label="Panes">
      <div role="tablist" aria-label="Panes" onKeyDown={choosing}>
      {tabs.map(({ tab, title, icon }) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === layout.tab}
          aria-controls="tab-panel"
          tabIndex={tab === layout.tab ? 0 : -1}
          onClick={() => act(actions.setLayout, { ...layout, tab })}
        >
          <Icon name={icon} />
          {title}
          {tab === code && errors > 0 ? <b>{errors}</b> : null}
        </button>
      ))}
      </div>
    </nav>
  );
}
