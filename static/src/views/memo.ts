// A view that is drawn again only when one of its props is another than before, or a signal that it reads.
import { createElement, type Component, type FunctionComponent, type VNode } from "preact";

function differs(this: Component<object>, next: object): boolean {
  const now = this.props as Record<string, unknown>;
  const then = next as Record<string, unknown>;
  for (const name in then) if (then[name] !== now[name]) return true;
  for (const name in now) if (!(name in then)) return true;
  return false;
}

/** The same view for props that are compared one by one: give it values and things that stay the same objects. */
export function memo<P extends object>(View: FunctionComponent<P>): FunctionComponent<P> {
  return function Memo(this: Component<P>, props: P): VNode<P> {
    this.shouldComponentUpdate = differs;
    return createElement(View, props);
  } as unknown as FunctionComponent<P>;
}
