// One kind of things out of several, or all of them: a row of chips that is one tab stop.
import type { Signal } from "@preact/signals";
import { choosing } from "./choosing.ts";

export function KindChips<K extends string>({ kinds, names, chosen }: { kinds: readonly K[]; names: Readonly<Record<K, string>>; chosen: Signal<K | null> }) {
  return (
    <div class="chips" role="radiogroup" aria-label="Kind" onKeyDown={choosing}>
      {([null, ...kinds] as const).map((one) => (
        <button key={one ?? "all"} type="button" role="radio" class={one === chosen.value ? "chk on" : "chk"} aria-checked={one === chosen.value} tabIndex={one === chosen.value ? 0 : -1} onClick={() => (chosen.value = one)}>
          {one === null ? "All" : names[one]}
        </button>
      ))}
    </div>
  );
}
