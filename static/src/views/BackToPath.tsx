// From a run that the path's page opened back to where it was opened.
import { opened, returning } from "../opened.ts";
import { Icon } from "./Icon.tsx";

function go(event: MouseEvent): void {
  if (returning.peek() === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  returning.peek()?.();
}

export function BackToPath() {
  const found = opened.value;
  if (found === null) return null;
  return (
    <a class="btn sm back" href={found.back} title="Back to where it was opened" onClick={go}>
      <Icon name="left" />
      {found.from} on the path
    </a>
  );
}
