// The packet as bytes, sixteen to a row. Rows that did not change are not drawn again.
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { byteClass, byteFlags, extent, fieldOf, firstRow, PAGE, PER_ROW, rowLabel, type Bounds } from "../packet.ts";
import { before, pastOf } from "../past.ts";
import type { Link } from "../related.ts";
import type { PacketView } from "../schemas.ts";
import * as select from "../select.ts";
import { linkedInside } from "./linkedInside.ts";

const page = signal(0);

interface RowProps {
  label: string;
  off: number;
  hex: string;
  flags: Uint8Array;
}

function Row({ label, off, hex, flags }: RowProps) {
  return useMemo(
    () => (
      <div class="hr">
        <span class="o">{label}</span>
        {Array.from(flags, (flag, i) => {
          const byte = hex.slice(i * 2, i * 2 + 2);
          return byte.trim() === "" ? (
            <i key={i} />
          ) : (
            <i key={i} class={byteClass(flag)} data-off={off + i}>
              {byte}
            </i>
          );
        })}
      </div>
    ),
    [label, off, hex, flags.join()],
  );
}

function Pages({ from, to, total, pages }: { from: number; to: number; total: number; pages: number }) {
  const at = Math.min(page.value, pages - 1);
  return (
    <div class="row micro cap">
      <span>
        {at === 0 ? `first ${to.toLocaleString("en")}` : `${from.toLocaleString("en")}–${(to - 1).toLocaleString("en")}`} of {total.toLocaleString("en")} bytes
      </span>
      <span class="grow" />
      <button type="button" class="btn sm" disabled={at === 0} onClick={() => (page.value = at - 1)}>
        Earlier bytes
      </button>
      <button type="button" class="btn sm" disabled={at >= pages - 1} onClick={() => (page.value = at + 1)}>
        Later bytes
      </button>
    </div>
  );
}

/** What is worth saying under the bytes. */
function Caption({ bounds, arrived }: { bounds: Bounds; arrived: Bounds }) {
  const [meta, data, end] = bounds;
  const moved = data - arrived[1];
  const said = [
    moved > 0 ? `data moved on by ${moved}: hatched bytes before it are out of reach` : "",
    moved < 0 ? `data moved back by ${-moved} into the headroom` : "",
    end < arrived[2] ? `the last ${arrived[2] - end} are behind data_end, out of reach` : "",
    meta < data ? `${data - meta} bytes of metadata before data` : "",
  ].filter(Boolean);
  return said.length === 0 ? null : <p class="micro cap dim">{said.join("; ")}</p>;
}

interface Props {
  view: PacketView | null;
  /** Hex of the packet buffer, and where the packet lies in it: now, and as it arrived. */
  buffer: string;
  bounds: Bounds;
  arrived: Bounds;
}

export function PacketHex({ view, buffer, bounds, arrived }: Props) {
  const [, data] = bounds;
  const { from, to } = extent(bounds, arrived);
  const start = firstRow(from, data);
  const pages = Math.max(1, Math.ceil((to - start) / PAGE));
  const first = start + Math.min(page.value, pages - 1) * PAGE;
  const last = Math.min(to, first + PAGE);
  const { step } = select.place.value;
  const past = pastOf(select.window.value);
  const writes = before(past.packetWrites, step);
  const flags = byteFlags(first, last, {
    bounds,
    reads: before(past.packetReads, step),
    writes,
    changed: writes.filter((write) => write.step === step - 1),
    linked: select.related.value.packet,
  });
  const at = (element: Element): { link: Link; text: string } | null => {
    const off = Number((element as HTMLElement).dataset.off);
    const field = fieldOf(view, off - data);
    const link: Link = field === null ? { kind: "pkt", off, size: 1 } : { kind: "pkt", off: data + field.off, size: field.size };
    return { link, text: buffer.slice(link.off * 2, (link.off + link.size) * 2) };
  };
  const rows = Array.from({ length: Math.ceil((last - first) / PER_ROW) }, (_, i) => first + i * PER_ROW);
  return (
    <div class="hexw" role="group" aria-label="Bytes" tabIndex={0}>
      <div class="hex" role="img" aria-label={`${to - from} bytes of the packet buffer. The tree above names them.`} {...linkedInside("i[data-off]", at)}>
        {rows.map((off) => {
          const begin = Math.max(off, from);
          const until = Math.min(off + PER_ROW, last);
          const hex = "  ".repeat(begin - off) + buffer.slice(begin * 2, until * 2);
          const padded = new Uint8Array(PER_ROW);
          padded.set(flags.subarray(off - first, until - first));
          return <Row key={off} label={rowLabel(off, data)} off={off} hex={hex} flags={padded} />;
        })}
      </div>
      <Caption bounds={bounds} arrived={arrived} />
      {pages > 1 ? <Pages from={first - data} to={last - data} total={to - from} pages={pages} /> : null}
    </div>
  );
}
