// Arrow keys inside a group of tabs or radio buttons: one of them is in the tab order, the arrows go from one to the next.

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** For the element that holds the group: moves the focus and chooses, as both patterns ask for. */
export function choosing(event: KeyboardEvent): void {
  const group = event.currentTarget as HTMLElement;
  const members = [...group.querySelectorAll<HTMLElement>("[role=tab], [role=radio]")];
  const at = members.indexOf(event.target as HTMLElement);
  const by = STEPS[event.key];
  const target = event.key === "Home" ? 0 : event.key === "End" ? members.length - 1 : by === undefined ? null : at + by;
  if (at < 0 || target === null) return;
  event.preventDefault();
  const next = members[(target + members.length) % members.length];
  next?.focus();
  next?.click();
}
