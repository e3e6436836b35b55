// The packet as the program sees it now: fields and bytes in sync.
import { within } from "../related.ts";
import * as select from "../select.ts";
import { linked } from "./hovering.ts";
import { RunBody, StaleTag } from "./Pane.tsx";

export function PacketTitle() {
  return <h2>Packet {select.cursor.value.packet + 1}</h2>;
}

export function PacketHead() {
  const hex = select.packetHex.value;
  return (
    <>
      <span class="meta">{hex === null ? "" : `${hex.length / 2} bytes`}</span>
      <span class="grow" />
      <StaleTag />
    </>
  );
}

function Tree() {
  const view = select.packetView.value;
  const data = select.dataOffset.value;
  return (
    <div class="tree">
      {view?.layers.map((layer) => (
        <div key={`${layer.name}${layer.off}`}>
          <div class="g">
            {layer.title} <span>{layer.size} bytes</span>
          </div>
          {layer.fields.map((field) => (
            <div
              key={field.path + field.off}
              class={within(select.related.value.packet, data + field.off, field.size) ? "fd hl" : "fd"}
              {...linked({ kind: "pkt", off: data + field.off, size: field.size }, field.text)}
            >
              <span class="k">{field.label}</span>
              <span class="vv">{field.text}</span>
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

function Hex() {
  const now = select.snapshot.value;
  if (now === null) return null;
  const [, data, end] = now.bounds;
  const bytes = now.buffer.slice(data * 2, end * 2).match(/../g) ?? [];
  const rows = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, i) => bytes.slice(i * 16, i * 16 + 16));
  return (
    <div class="hex">
      {rows.slice(0, 32).map((row, i) => (
        <div key={i} class="hr">
          <span class="o">{(i * 16).toString(16).padStart(4, "0")}</span>
          {row.map((byte, j) => {
            const off = data + i * 16 + j;
            return (
              <i key={j} class={within(select.related.value.packet, off) ? "hl" : "e"} {...linked({ kind: "pkt", off, size: 1 }, byte)}>
                {byte}
              </i>
            );
          })}
        </div>
      ))}
    </div>
  );
}

export function PacketBody() {
  return (
    <RunBody empty={<b>Send a packet and its bytes appear here.</b>}>
      <Tree />
      <Hex />
    </RunBody>
  );
}
