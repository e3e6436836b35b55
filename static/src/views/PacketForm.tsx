// Where packets come from: the list that is sent, captures, hex, a form.
import * as actions from "../actions.ts";
import { api, RequestFailed } from "../api.ts";
import * as select from "../select.ts";
import { act, state } from "../store.ts";
import * as time from "../time.ts";

async function readCapture(input: HTMLInputElement): Promise<void> {
  const [file] = input.files ?? [];
  if (file === undefined) return;
  try {
    const reply = await api.capture(file);
    act(actions.dissected, reply.packets);
    act(actions.setPackets, reply.packets.map(({ data }) => data), `loading ${file.name}`, reply.packets.map(({ time_ns }) => time_ns));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    act(actions.toast, error.failure.message);
  }
}

export function PacketFormHead() {
  return (
    <>
      <span class="meta">{select.inputs.value.packets.length} packets</span>
      <span class="grow" />
    </>
  );
}

export function PacketFormBody() {
  return (
    <div class="pane-b sb">
      <label class="f">
        Capture file (pcap, pcapng)
        <input type="file" onChange={(event) => void readCapture(event.currentTarget)} />
      </label>
      {state.value.inputs.packets.slice(0, 50).map((hex, i) => (
        <button key={i} type="button" class="btn sm" onClick={() => time.seekPacket(i)}>
          {select.dissections.value.get(hex)?.summary ?? `${hex.length / 2} bytes`}
        </button>
      ))}
    </div>
  );
}
