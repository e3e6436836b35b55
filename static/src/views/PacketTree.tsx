// The packet as layers and fields. A tree by the keyboard: arrows move, Right opens, Left closes or goes to the parent.
import { signal } from "@preact/signals";
import { fieldWith, lastOn, treeRows, type TreeRow } from "../packet.ts";
import { before, pastOf, type ByteTouch } from "../past.ts";
import { within } from "../related.ts";
import type { PacketView } from "../schemas.ts";
import * as select from "../select.ts";
import { linked } from "./hovering.ts";
import { PcLink } from "./PcLink.tsx";
import { useRoving } from "./useRoving.ts";

const toggled = signal<ReadonlySet<string>>(new Set());
/** Below this height of the window, fields that nobody touched fold away. */
const short = signal(false);
const query = matchMedia("(max-height: 900px) and (min-width: 1100px)");
short.value = query.matches;
query.addEventListener("change", () => (short.value = query.matches));

function toggle(key: string): void {
  const next = new Set(toggled.peek());
  if (!next.delete(key)) next.add(key);
  toggled.value = next;
}

function onKey(event: KeyboardEvent, item: HTMLElement): boolean {
  const { key = "", parent } = item.dataset;
  const expanded = item.getAttribute("aria-expanded");
  if (event.key === "ArrowRight" && expanded === "false") return toggle(key), true;
  if (event.key === "ArrowLeft" && expanded === "true") return toggle(key), true;
  if (event.key !== "ArrowLeft" || parent === undefined) return false;
  item.parentElement?.querySelector<HTMLElement>(`[data-key="${CSS.escape(parent)}"]`)?.focus();
  return true;
}

interface Seen {
  data: number;
  reads: readonly ByteTouch[];
  writes: readonly ByteTouch[];
  sent: PacketView | null;
  current: boolean;
}

function Field({ row, seen }: { row: TreeRow & { kind: "field" }; seen: Seen }) {
  const { field, level, open } = row;
  const off = seen.data + field.off;
  const read = lastOn(seen.reads, off, field.size);
  const write = lastOn(seen.writes, off, field.size);
  const was = write === undefined ? null : fieldWith(seen.sent, field.path);
  const just = write !== undefined && write.step === select.cursor.value.step - 1;
  const lit = within(select.related.value.packet, off, field.size);
  const classes = ["fd", read && "rd", write && "wr", just && "chg", lit && "hl", field.status !== "ok" && "odd"].filter(Boolean).join(" ");
  const note = field.status === "cut" ? `cut off: ${field.note || "the packet ends inside it"}` : field.note;
  return (
    <div
      class={classes}
      role="treeitem"
      aria-level={level}
      aria-expanded={open ?? undefined}
      aria-selected={lit}
      data-rove
      data-key={row.key}
      data-parent={row.parent}
      style={{ "--level": level }}
      {...linked({ kind: "pkt", off, size: field.size }, field.text)}
    >
      <span class="k">
        {open === null ? null : <Twist open={open} onClick={() => toggle(row.key)} />}
        {field.label}
      </span>
      <span class="vv">
        {field.text}
        {note === "" ? null : <span class="fn"> {note}</span>}
        {was !== null && was.text !== field.text && seen.current ? <span class="fn"> came as {was.text}</span> : null}
        {write !== undefined && !seen.current ? <span class="fn"> changed</span> : null}
      </span>
      <span class="who">
        {write === undefined ? null : <PcLink touch={write} did="wrote it" />}
        {read === undefined || write !== undefined ? null : <PcLink touch={read} did="read it" />}
      </span>
    </div>
  );
}

function Twist({ open, onClick }: { open: boolean; onClick: () => void }) {
  return (
    <span
      class={open ? "tw on" : "tw"}
      aria-hidden="true"
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    />
  );
}

function Row({ row, seen }: { row: TreeRow; seen: Seen }) {
  if (row.kind === "field") return <Field row={row} seen={seen} />;
  const press = { onClick: () => toggle(row.key), "data-rove": true, "data-key": row.key };
  if (row.kind === "more") {
    return (
      <div class="more" role="treeitem" aria-level={2} aria-selected={false} data-parent={row.parent} {...press}>
        {row.open ? `fold ${row.count} quiet fields` : `${row.count} more fields`}
      </div>
    );
  }
  const last = row.off + Math.max(0, row.size - 1);
  return (
    <div class="g" role="treeitem" aria-level={1} aria-expanded={row.open} aria-selected={false} {...press}>
      <Twist open={row.open} onClick={() => toggle(row.key)} />
      {row.title} <span>{row.size === 0 ? "no bytes" : row.size === 1 ? `byte ${row.off}` : `bytes ${row.off}–${last}`}</span>
      {row.open ? null : <span>{row.summary}</span>}
    </div>
  );
}

interface Props {
  view: PacketView | null;
  sent: PacketView | null;
  /** The view is of the bytes as they are now, not as they came. */
  current: boolean;
  /** Where the packet begins in the buffer. */
  data: number;
}

export function PacketTree({ view, sent, current, data }: Props) {
  const roving = useRoving({ onKey });
  const { step } = select.cursor.value;
  const past = pastOf(select.window.value);
  const seen: Seen = {
    data,
    reads: before(past.packetReads, step),
    writes: before(past.packetWrites, step),
    sent,
    current,
  };
  if (view === null) return <div class="tree sb">Taking the packet apart.</div>;
  const pinned = select.pin.value;
  const touched = (off: number, size: number) => {
    const range = { off: seen.data + off, size };
    return within(seen.reads, range.off, size) || within(seen.writes, range.off, size) || (pinned?.kind === "pkt" && within([pinned], range.off, size));
  };
  return (
    <div class="tree" role="tree" aria-label="The packet's fields" {...roving}>
      {treeRows(view, { toggled: toggled.value, touched, compact: short.value }).map((row) => (
        <Row key={row.key} row={row} seen={seen} />
      ))}
    </div>
  );
}
