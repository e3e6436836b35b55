// What programs sent to user space, over all packets: lines of trace_pipe, and records of buffers.
import { madeBefore } from "../events.ts";
import type { OutputView } from "../schemas.ts";
import * as select from "../select.ts";
import * as time from "../time.ts";
import { useRoving } from "./useRoving.ts";
import { useWindowed } from "./windowed.ts";
import { plural } from "./words.ts";

const HEIGHT = 24;
const TOUCH_HEIGHT = 44;
const SOURCE: Readonly<Record<string, string>> = { ringbuf: "ring buffer", perf: "perf buffer", clone: "cloned packet" };

export function isLine({ kind }: OutputView): boolean {
  return kind === "trace_pipe";
}

/** What will come, and where, without its content. */
function Later({ next, count, what }: { next: OutputView | undefined; count: number; what: string }) {
  if (next === undefined) return null;
  return (
    <p class="cap meta dim">
      {plural(count, `more ${what}`)} to come. The next:{" "}
      <button type="button" class="go" onClick={() => time.seekPacket(next.packet, next.step + 1)}>
        packet {next.packet + 1}, step {next.step + 1}
      </button>
    </p>
  );
}

function Row({ output, line }: { output: OutputView; line: boolean }) {
  const { packet, step, kind, source, text, data } = output;
  const here = select.cursor.value;
  const just = packet === here.packet && step === here.step - 1;
  return (
    <li class={just ? "now" : ""}>
      <button type="button" data-rove onClick={() => time.seekPacket(packet, step + 1)}>
        <span class="st">{packet + 1}</span>
        <span class="st">{step + 1}</span>
        {line ? null : <span class="src">{source || SOURCE[kind] || kind}</span>}
        <span class="tx m" title={text}>
          {text}
        </span>
        {line ? null : <span class="st">{data.length / 2} B</span>}
      </button>
    </li>
  );
}

interface Props {
  /** Lines of trace_pipe, or records. */
  lines: boolean;
}

export function Outputs({ lines }: Props) {
  const run = select.run.value;
  const here = select.cursor.value;
  const height = select.layout.value.width === "phone" ? TOUCH_HEIGHT : HEIGHT;
  const all = (run?.outputs ?? []).filter((output) => isLine(output) === lines);
  const made = all.filter((output) => madeBefore(output, here));
  const view = useWindowed(made.length, height);
  const roving = useRoving<HTMLOListElement>();
  const what = lines ? "line" : "record";
  return (
    <>
      <div class="evs" ref={view.ref}>
        {made.length === 0 ? (
          <div class="sb">
            <b>{lines ? "Nothing printed yet" : "No record yet"}</b>
            <p>{lines ? "What bpf_trace_printk prints is listed here." : "Records of ring and perf buffers, and cloned packets, are listed here."}</p>
          </div>
        ) : (
          <ol class={lines ? "evl out" : "evl out rec"} style={{ paddingTop: `${view.before}px`, paddingBottom: `${view.after}px`, "--row": `${height}px` }} {...roving}>
            {made.slice(view.from, view.to).map((output, i) => (
              <Row key={view.from + i} output={output} line={lines} />
            ))}
          </ol>
        )}
        <Later next={all[made.length]} count={all.length - made.length} what={what} />
        {run !== null && run.outputs_total > run.outputs.length ? (
          <p class="cap meta dim">
            first {run.outputs.length.toLocaleString("en")} of {run.outputs_total.toLocaleString("en")} outputs of this run
          </p>
        ) : null}
      </div>
    </>
  );
}
