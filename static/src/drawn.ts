// What is to happen once the panes have been drawn, before the frame that shows them.

/**
 * Calls in turn, when the panes have been drawn. To ask the browser where something stands lays out all that was changed
 * before: asked for here, that happens once for everything.
 */
export function whenDrawn(then: () => void): void {
  queueMicrotask(() => queueMicrotask(then)); // the panes are drawn in a microtask, which may not have been asked for yet
}
