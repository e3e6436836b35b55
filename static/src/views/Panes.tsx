// The columns of panes, and the splitters between them.
import * as actions from "../actions.ts";
import * as panes from "../panes.ts";
import { act, state } from "../store.ts";
import { Pane } from "./Pane.tsx";
import type { Panes as Defs } from "./registry.ts";

const STEP = 8;

interface SplitProps {
  /** "v" stands between columns, "h" between panes of a column. */
  way: "v" | "h";
  label: string;
  at: number;
  sizes: (split: HTMLElement) => number[];
  set: (sizes: readonly number[] | null) => void;
}

/** Sizes of the parts beside a splitter, as they are on screen. */
function measured(split: HTMLElement, way: "v" | "h"): number[] {
  const parts = [...(split.parentElement?.children ?? [])].filter((part) => !part.classList.contains("split"));
  return parts.map((part) => (way === "v" ? part.clientWidth : part.getBoundingClientRect().height));
}

function Split({ way, label, at, sizes, set }: SplitProps) {
  const least = way === "v" ? panes.MIN_WIDTH : panes.MIN_HEIGHT;
  const onDown = (event: PointerEvent) => {
    const split = event.currentTarget as HTMLElement;
    const start = sizes(split);
    const from = way === "v" ? event.clientX : event.clientY;
    const onMove = (now: PointerEvent) => set(panes.drag(start, at, (way === "v" ? now.clientX : now.clientY) - from, least));
    split.setPointerCapture(event.pointerId);
    split.classList.add("on");
    split.addEventListener("pointermove", onMove);
    split.addEventListener(
      "lostpointercapture",
      () => {
        split.classList.remove("on");
        split.removeEventListener("pointermove", onMove);
      },
      { once: true },
    );
  };
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowUp: -STEP, ArrowRight: STEP, ArrowDown: STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    set(panes.drag(sizes(event.currentTarget as HTMLElement), at, by, least));
  };
  return (
    <div
      class={`split ${way}`}
      role="separator"
      tabIndex={0}
      aria-orientation={way === "v" ? "vertical" : "horizontal"}
      aria-label={label}
      aria-valuenow={50}
      onPointerDown={onDown}
      onKeyDown={onKey}
      onDblClick={() => set(null)}
    />
  );
}

/** How a stack shares its column's height. */
function growOf(column: panes.Column, index: number): string {
  const height = column.heights?.[index];
  if (height !== undefined) return `${height} 1 0px`;
  const grow = panes.DEFAULT_GROW[column.stacks[index]?.active ?? "editor"];
  return `${10 * grow} 1 0px`; // shares that sum to less than 1 would leave room
}

/** The layout of that screen as it stands now: it may have changed since it was drawn. */
function latest({ screen }: panes.Layout): panes.Layout {
  return screen === "verifier" ? state.peek().verifierLayout : state.peek().layout;
}

interface ColumnProps {
  layout: panes.Layout;
  column: panes.Column;
  index: number;
  share: number;
  defs: Defs;
}

function Column({ layout, column, index, share, defs }: ColumnProps) {
  const set = (heights: readonly number[] | null) => act(actions.setLayout, panes.setHeights(latest(layout), index, heights));
  return (
    <div class="col" style={{ flexGrow: share }}>
      {column.stacks.flatMap((stack, i) => [
        i === 0 ? null : (
          <Split
            key={`split-${stack.active}`}
            way="h"
            label={`Height of ${panes.TITLES[column.stacks[i - 1]?.active ?? "editor"]}`}
            at={i - 1}
            sizes={(split) => measured(split, "h")}
            set={set}
          />
        ),
        <Pane key={stack.panes.join()} stack={stack} grow={growOf(column, i)} defs={defs} />,
      ])}
    </div>
  );
}

interface Props {
  layout: panes.Layout;
  defs: Defs;
}

function Columns({ layout, defs }: Props) {
  const set = (shares: readonly number[] | null) => act(actions.setLayout, panes.setShares(latest(layout), shares));
  const usual = panes.DEFAULT_SHARES[layout.screen];
  return (
    <div class="cols">
      {layout.columns.flatMap((column, i) => [
        i === 0 ? null : (
          <Split key={`split-${i}`} way="v" label={`Width of column ${i}`} at={i - 1} sizes={(split) => measured(split, "v")} set={set} />
        ),
        <Column key={i} layout={layout} column={column} index={i} share={layout.shares?.[i] ?? usual[i] ?? 1} defs={defs} />,
      ])}
    </div>
  );
}

/** One group of panes at a time, for phones. */
function OneTab({ layout, defs }: Props) {
  const shown = panes.TAB_PANES[layout.tab];
  return (
    <div class="cols">
      <div class="col" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${layout.tab}`}>
        {shown.map((pane) => {
          const shut = layout.columns.some(({ stacks }) => stacks.some((stack) => stack.shut && stack.panes.includes(pane)));
          return <Pane key={pane} stack={{ panes: [pane], active: pane, shut }} grow="none" defs={defs} />;
        })}
      </div>
    </div>
  );
}

export function Panes(props: Props) {
  return props.layout.width === "phone" ? <OneTab {...props} /> : <Columns {...props} />;
}
