// The whole code as one strip, a segment for each eBPF instruction as wide as its bytes.
import * as state from "../state.ts";
import * as time from "../time.ts";
import { reveal } from "../run.ts";
import { plural } from "../../views/words.ts";

const MOST = 400;

function sizeOf(key: state.Key): number {
  return (state.groups.value.get(key)?.insns ?? []).reduce((sum, { code }) => sum + code.length / 2, 0);
}

export function Strip() {
  const sized = [...state.groups.value].map(([key, group]) => ({ key, group, size: sizeOf(key) })).filter(({ size }) => size > 0);
  if (sized.length === 0) return <div class="bstrip" aria-hidden="true" />;
  const total = sized.reduce((sum, { size }) => sum + size, 0);
  const shown = sized.slice(0, MOST);
  const keyAt = (event: MouseEvent) => (event.target as HTMLElement).dataset.key ?? null;
  return (
    <div
      class="bstrip"
      role="img"
      aria-label={`${total} bytes of machine code, a segment for each of ${sized.length} eBPF instructions${sized.length > MOST ? `; the first ${MOST} are drawn` : ""}`}
      onMouseOver={(event) => (state.hovered.value = keyAt(event))}
      onMouseLeave={() => (state.hovered.value = null)}
      onClick={(event) => {
        const key = keyAt(event);
        if (key === null) return;
        state.pinned.value = key;
        reveal(key);
      }}
    >
      {shown.map(({ key, group, size }) => (
        <i
          key={key}
          data-key={key}
          style={{ flexGrow: size }}
          title={`${group.pc === null ? "added by the compiler" : `pc ${group.pc}`}: ${plural(size, "byte")}`}
          class={[group.pc === null ? "pro" : "", group.rewritten === "" ? "" : "rwr", state.shown.value === key ? "hov" : "", time.now.value === key ? "now" : ""].join(" ")}
        />
      ))}
    </div>
  );
}
