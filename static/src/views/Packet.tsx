// The packet as the program sees it now: fields and bytes in sync.
import { useEffect } from "preact/hooks";
import * as actions from "../actions.ts";
import { api, RequestFailed } from "../api.ts";
import type { Bounds } from "../packet.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";
import { windowKey } from "../trace.ts";
import { PacketHex } from "./PacketHex.tsx";
import { PacketTree } from "./PacketTree.tsx";
import { RunBody, StaleTag } from "./RunBody.tsx";
import { plural } from "./words.ts";

const SETTLED = 120;

export function PacketTitle() {
  const run = select.packetRun.value;
  return <h2>Packet {run === null && select.packetHex.value === null ? "" : select.packet.value + 1}</h2>;
}

export function PacketHead() {
  const now = ran() ? select.snapshot.value : null;
  const sent = (select.packetHex.value?.length ?? 0) / 2;
  const size = now === null ? sent : now.bounds[2] - now.bounds[1];
  const text = select.packetHex.value === null ? "" : size === sent ? plural(size, "byte") : `${plural(size, "byte")}, came with ${sent.toLocaleString("en")}`;
  return (
    <>
      <span class="meta">{text}</span>
      <span class="grow" />
      <StaleTag />
      <span class="lbl">underlined = read by your program</span>
    </>
  );
}

/** The bounds when the packet arrived, as far as the loaded part of the run tells. */
function arrivedBounds(): Bounds | null {
  const packet = select.packet.value;
  const first = select.windows.value.get(windowKey(packet, 0)) ?? select.window.value;
  return first?.keyframe.bounds ?? null;
}

/** Whether there is a state of this packet's run to show. */
function ran(): boolean {
  return select.run.value !== null && select.packetRun.value?.how !== "idle";
}

/** The packet's bytes now, from data to data_end. */
function hexNow(): string | null {
  const now = ran() ? select.snapshot.value : null;
  return now === null ? null : now.buffer.slice(now.bounds[1] * 2, now.bounds[2] * 2);
}

/** A packet that the program changed is taken apart anew, once time has come to rest. */
function useDissection(hex: string | null): void {
  const known = hex === null || hex === "" || select.dissections.value.has(hex);
  useEffect(() => {
    if (known || hex === null) return;
    const timer = setTimeout(() => {
      api.dissect([hex]).then(
        (reply) => act(actions.dissected, reply.packets),
        (error: unknown) => {
          if (!(error instanceof RequestFailed)) throw error; // its bytes are shown all the same
        },
      );
    }, SETTLED);
    return () => clearTimeout(timer);
  }, [hex, known]);
}

function Body() {
  const now = ran() ? select.snapshot.value : null;
  const sentHex = select.packetHex.value;
  const hex = hexNow() ?? sentHex;
  useDissection(hex);
  if (hex === null) return null;
  const bounds: Bounds = now?.bounds ?? [0, 0, hex.length / 2];
  const arrived = (now === null ? null : arrivedBounds()) ?? bounds;
  const sent = select.packetView.value;
  const view = select.dissections.value.get(hex) ?? sent;
  if (!select.takesPackets.value) return <Given fields={now?.context ?? {}} />;
  if (hex === "" && arrived[1] === arrived[2]) return <p class="sb">This packet has no bytes at all: data and data_end are the same address.</p>;
  return (
    <>
      <PacketTree view={view} sent={sent} current={view?.data === hex} data={bounds[1]} />
      <PacketHex view={view} buffer={now?.buffer ?? hex} bounds={bounds} arrived={arrived} />
    </>
  );
}

/** At a hook without packets: the fields of the context that can be read. */
function Given({ fields }: { fields: Readonly<Record<string, string>> }) {
  return (
    <>
      <p class="sb">No packet comes by at this hook. What the program is given is its context, which r1 points to.</p>
      <table class="gv" aria-label="Fields of the context">
        <tbody>
          {Object.entries(fields).map(([name, value]) => (
            <tr key={name}>
              <th scope="row" class="m">
                {name}
              </th>
              <td class="m">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** A packet can be looked at before any program has run on it. */
export function PacketBody() {
  if (!ran() && select.packetHex.value !== null) {
    return (
      <div class="pane-b pkb">
        <Body />
      </div>
    );
  }
  return (
    <RunBody
      class="pkb"
      empty={
        <>
          <b>No packet yet</b>
          <p>Send one and its bytes appear here.</p>
        </>
      }
    >
      <Body />
    </RunBody>
  );
}
