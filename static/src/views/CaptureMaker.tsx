// Packets of a pcap or pcapng file, chosen or dropped.
import { signal } from "@preact/signals";
import { api } from "../api.ts";
import * as select from "../select.ts";
import { ask, takePackets, type Asked } from "../sending.ts";
import { Preview } from "./Asked.tsx";
import { plural } from "./words.ts";

const MOST = 32 << 20;

interface Read {
  name: string;
  asked: Asked;
}

const read = signal<Read | null>(null);
const reading = signal(false);

const TOO_LARGE: Asked = {
  failure: { code: "too-large", message: "The file is larger than 32 MB.", hint: "Cut it down, for example: `editcap -r in.pcap out.pcap 1-1000`.", span: null },
};

export async function readCapture(file: File): Promise<void> {
  reading.value = true;
  const asked = file.size > MOST ? TOO_LARGE : await ask(api.capture(file));
  reading.value = false;
  read.value = { name: file.name, asked };
}

function take(instead: boolean): void {
  const found = read.peek();
  if (found === null || !("reply" in found.asked)) return;
  const { packets } = found.asked.reply;
  takePackets(packets.map(({ data }) => data), packets.map(({ time_ns }) => time_ns), `loading ${found.name}`, instead);
  read.value = null;
}

export function CaptureMaker() {
  const found = read.value;
  const count = found !== null && "reply" in found.asked ? found.asked.reply.packets.length : 0;
  return (
    <div>
      <label class="dropzone">
        <b>{reading.value ? "Reading the file" : "Choose a capture, or drop it here"}</b>
        <span class="dim">pcap or pcapng, as tcpdump and Wireshark save them</span>
        <input
          type="file"
          aria-label="Capture file, pcap or pcapng"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            event.currentTarget.value = "";
            if (file !== undefined) void readCapture(file);
          }}
        />
      </label>
      {found === null ? null : (
        <div aria-live="polite">
          <p class="meta">
            <b>{found.name}</b>
          </p>
          <Preview asked={found.asked} />
          <div class="row mk-f">
            <span class="grow" />
            {select.inputs.value.packets.length === 0 ? null : (
              <button type="button" class="btn" disabled={count === 0} onClick={() => take(false)}>
                Add behind the others
              </button>
            )}
            <button type="button" class="btn pri" disabled={count === 0} onClick={() => take(true)}>
              Send {plural(count, "packet")}
            </button>
          </div>
        </div>
      )}
    </div>
  );
}
