// The packet as layers and fields. A tree by the keyboard: arrows move, Right opens, Left closes or goes to the parent.
import { signal } from "@preact/signals";
import { fieldWith, lastOn, treeRows, type TreeRow } from "../packet.ts";
import { before, pastOf, type ByteTouch } from "../past.ts";
import { within } from "../related.ts";
import type { FieldView, PacketView } from "../schemas.ts";
import * as select from "../select.ts";
import { linked } from "./hovering.ts";
import { memo } from "./memo.ts";
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

interface FieldProps {
  field: FieldView;
  level: number;
  open: boolean | null;
  id: string;
  parent: string;
  /** In the packet buffer. */
  off: number;
  read: ByteTouch | undefined;
  write: ByteTouch | undefined;
  /** What it held as it came, where it was written. */
  was: FieldView | null;
  /** The last step wrote it. */
  just: boolean;
  /** Its text is what it holds now. */
  current: boolean;
}

const Field = memo(({ field, level, open, id, parent, off, read, write, was, just, current }: FieldProps) => {
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
      data-key={id}
      data-parent={parent}
      style={{ "--level": level }}
      {...linked({ kind: "pkt", off, size: field.size }, field.text)}
    >
      <span class="k">
        {open === null ? null : <Twist open={open} onClick={() => toggle(id)} />}
        {field.label}
      </span>
      <span class="vv">
        {field.text}
        {note === "" ? null : <span class="fn"> {note}</span>}
        {was !== null && was.text !== field.text && current ? <span class="fn"> came as {was.text}</span> : null}
        {write !== undefined && !current ? <span class="fn"> changed</span> : null}
      </span>
      <span class="who">
        {write === undefined ? null : <PcLink touch={write} did="wrote it" />}
        {read === undefined || write !== undefined ? null : <PcLink touch={read} did="read it" />}
      </span>
    </div>
  );
});

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

function Row({ row }: { row: Exclude<TreeRow, { kind: "field" }> }) {
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
  const { step } = select.place.value;
  const past = pastOf(select.window.value);
  const reads = before(past.packetReads, step);
  const writes = before(past.packetWrites, step);
  if (view === null) return <div class="tree sb">Taking the packet apart.</div>;
  const pinned = select.pin.value;
  const touched = (off: number, size: number) => {
    const at = data + off;
    return within(reads, at, size) || within(writes, at, size) || (pinned?.kind === "pkt" && within([pinned], at, size));
  };
  const drawn = ({ field, level, open, key, parent }: TreeRow & { kind: "field" }) => {
    const off = data + field.off;
    const write = lastOn(writes, off, field.size);
    const was = write === undefined ? null : fieldWith(sent, field.path);
    const read = lastOn(reads, off, field.size);
    const just = write !== undefined && write.step === step - 1;
    return <Field key={key} {...{ field, level, open, id: key, parent, off, read, write, was, just, current }} />;
  };
  return (
    <div class="tree" role="tree" aria-label="The packet's fields" {...roving}>
      {treeRows(view, { toggled: toggled.value, touched, compact: short.value }).map((row) => (row.kind === "field" ? drawn(row) : <Row key={row.key} row={row} />))}
    </div>
  );
}
