// "pc 24": who did it. A time thing, so a click goes there: to the state right after it.
import type { Touch } from "../past.ts";
import * as time from "../time.ts";

export interface PcLinkProps {
  touch: Touch;
  /** "wrote it": completes "Go to step 24, when pc 24 …". */
  did: string;
}

/** Out of the Tab order: by keyboard, the context menu of what it stands beside leads to the same place. */
export function PcLink({ touch, did }: PcLinkProps) {
  const go = (event: MouseEvent) => {
    event.stopPropagation();
    time.seek(touch.step + 1);
  };
  return (
    <button type="button" class="by-pc" tabIndex={-1} title={`Go to step ${touch.step + 1}, when pc ${touch.pc} ${did}`} onClick={go}>
      pc {touch.pc}
    </button>
  );
}
