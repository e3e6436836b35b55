// What happens at a hook without packets: the sample events that come with it, each with the program's answer.
import * as select from "../select.ts";
import * as time from "../time.ts";
import { Icon } from "./Icon.tsx";
import { useRoving } from "./useRoving.ts";

export function EventRows() {
  const runs = select.stale.value ? [] : (select.run.value?.packets ?? []);
  const roving = useRoving<HTMLOListElement>({ onKey: () => false });
  const height = select.layout.value.width === "phone" ? 48 : 28;
  const now = select.cursor.value.packet;
  return (
    <>
      <p class="mk-o meta mid">No packet comes by here: these sample events happen, one after the other.</p>
      <div class="pkl">
        <ol aria-label="Events that happen" style={{ "--row": `${height}px` }} {...roving}>
          {runs.map(({ index, summary, effect, verdict }) => (
            <li key={index} class={index === now ? "now" : ""}>
              <button type="button" data-rove data-index={index} aria-current={index === now ? "true" : undefined} onClick={() => time.seekPacket(index)}>
                <span class="st">{index + 1}</span>
                <span class="tx" title={summary}>
                  {summary}
                </span>
                <span class={`vd ${effect}`}>
                  <Icon name={effect} />
                  {verdict}
                </span>
              </button>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}
