// A pane that is one step of a flow, and the arrow to the next.
import type { ComponentChildren } from "preact";
import { Icon } from "../../views/Icon.tsx";

export interface StepProps {
  number: 1 | 2 | 3 | 4;
  title: string;
  meta?: ComponentChildren;
  /** The rest of the header. */
  head?: ComponentChildren;
  stale?: boolean;
  class?: string;
  children: ComponentChildren;
}

export function Step({ number, title, meta, head, stale = false, class: more = "", children }: StepProps) {
  return (
    <>
      <section class={`pane st ${more}`} aria-label={title}>
        <div class="pane-h">
          <span class="no">{number}</span>
          <h3>{title}</h3>
          <span class="meta">{meta}</span>
          <span class="grow" />
          {stale ? <span class="stale-tag">from before your last edit</span> : null}
          {head}
        </div>
        <div class={stale ? "pane-b stale" : "pane-b"}>{children}</div>
      </section>
      {number === 4 ? null : (
        <span class="aw" aria-hidden="true">
          <Icon name="right" />
        </span>
      )}
    </>
  );
}

/** A pane that is empty or failed: what about it, and what to do. */
export function Say({ bad = false, title, children }: { bad?: boolean; title: string; children?: ComponentChildren }) {
  return (
    <div class="sb">
      <b class={bad ? "t-drop" : ""}>{title}</b>
      {children}
    </div>
  );
}
