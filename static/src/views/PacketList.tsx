// The packets to send, each with its verdict; the tools act on the packet shown.
import { useEffect } from "preact/hooks";
import * as actions from "../actions.ts";
import { api, RequestFailed } from "../api.ts";
import { timesOf, timeText } from "../packetList.ts";
import type { PacketRun } from "../schemas.ts";
import * as select from "../select.ts";
import { duplicatePacket, movePacket, removeAll, removePacket } from "../sending.ts";
import { act, state } from "../store.ts";
import * as time from "../time.ts";
import { Icon } from "./Icon.tsx";
import { useRoving } from "./useRoving.ts";
import { useWindowed } from "./windowed.ts";
import { plural } from "./words.ts";

const HEIGHT = 28;
const TOUCH_HEIGHT = 48;
const SETTLED = 150;

function keyed(event: KeyboardEvent, item: HTMLElement): boolean {
  const index = Number(item.dataset.index);
  const by = event.altKey ? ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key] : undefined;
  if (by !== undefined) movePacket(index, by);
  else if (event.key === "Delete") removePacket(index);
  else return false;
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`.pkl [data-index="${state.peek().cursor.packet}"]`)?.focus());
  return true;
}

interface RowProps {
  index: number;
  hex: string;
  time_ns: number;
  run: PacketRun | undefined;
}

function Row({ index, hex, time_ns, run }: RowProps) {
  const summary = select.dissections.value.get(hex)?.summary ?? plural(hex.length / 2, "byte");
  const current = index === select.cursor.value.packet;
  return (
    <li class={current ? "now" : ""}>
      <button type="button" data-rove data-index={index} aria-current={current ? "true" : undefined} onClick={() => time.seekPacket(index)}>
        <span class="st">{index + 1}</span>
        <span class="tx" title={summary}>
          {summary}
        </span>
        <span class="st at">{timeText(time_ns)}</span>
        {run === undefined ? (
          <span class="vd wait">
            <Icon name="wait" />
            not run
          </span>
        ) : (
          <span class={`vd ${run.effect}`}>
            <Icon name={run.effect} />
            {run.verdict}
          </span>
        )}
      </button>
    </li>
  );
}

/** The rows in sight are taken apart, to say what they are. */
function useSummaries(shown: readonly string[]): void {
  const unknown = shown.filter((hex) => hex !== "" && !select.dissections.value.has(hex));
  useEffect(() => {
    if (unknown.length === 0) return;
    const timer = setTimeout(() => {
      api.dissect([...new Set(unknown)]).then(
        (reply) => act(actions.dissected, reply.packets),
        (error: unknown) => {
          if (!(error instanceof RequestFailed)) throw error; // the rows say their size until the server answers again
        },
      );
    }, SETTLED);
    return () => clearTimeout(timer);
  }, [unknown.join()]);
}

interface ToolProps {
  label: string;
  text: string;
  off?: boolean;
  run: () => void;
}

function Tool({ label, text, off = false, run }: ToolProps) {
  return (
    <button type="button" class="btn q sm" aria-label={label} disabled={off} onClick={run}>
      {text}
    </button>
  );
}

function Tools({ edit }: { edit: () => void }) {
  const { packet } = select.cursor.value;
  const count = select.inputs.value.packets.length;
  const name = `packet ${packet + 1}`;
  return (
    <div class="pkt-t" role="group" aria-label={`Change ${name}`}>
      <span class="meta dim nw">Packet {packet + 1}</span>
      <Tool label={`Edit ${name}`} text="Edit" run={edit} />
      <Tool label={`Duplicate ${name}`} text="Duplicate" run={() => duplicatePacket(packet)} />
      <Tool label={`Move ${name} up`} text="Up" off={packet === 0} run={() => movePacket(packet, -1)} />
      <Tool label={`Move ${name} down`} text="Down" off={packet >= count - 1} run={() => movePacket(packet, 1)} />
      <Tool label={`Delete ${name}`} text="Delete" run={() => removePacket(packet)} />
      <span class="grow" />
      <Tool label="Delete all packets" text="Delete all" run={removeAll} />
    </div>
  );
}

export function PacketList({ edit }: { edit: () => void }) {
  const { packets, times_ns } = select.inputs.value;
  const runs = select.stale.value ? [] : (select.run.value?.packets ?? []);
  const height = select.layout.value.width === "phone" ? TOUCH_HEIGHT : HEIGHT;
  const { packet } = select.cursor.value;
  const view = useWindowed(packets.length, height);
  const roving = useRoving<HTMLOListElement>({ onKey: keyed });
  const shown = packets.slice(view.from, view.to);
  useSummaries(shown);
  useEffect(() => {
    const box = view.ref.current;
    if (box === null || box.contains(document.activeElement)) return;
    if (packet * height < box.scrollTop) box.scrollTop = packet * height;
    else if ((packet + 1) * height > box.scrollTop + box.clientHeight) box.scrollTop = (packet + 1) * height - box.clientHeight;
  }, [packet, height]);
  if (packets.length === 0) {
    return (
      <div class="sb">
        <b>No packet yet</b>
        <p>Add one below: by form, as hex, from a capture, or a ready-made set. The program runs on it at once.</p>
      </div>
    );
  }
  const times = timesOf({ packets, times: times_ns });
  return (
    <>
      <Tools edit={edit} />
      <div class="pkl" ref={view.ref}>
        <ol aria-label="Packets to send" style={{ paddingTop: `${view.before}px`, paddingBottom: `${view.after}px`, "--row": `${height}px` }} {...roving}>
          {shown.map((hex, i) => (
            <Row key={view.from + i} index={view.from + i} hex={hex} time_ns={times[view.from + i] ?? 0} run={runs[view.from + i]} />
          ))}
        </ol>
      </div>
    </>
  );
}
