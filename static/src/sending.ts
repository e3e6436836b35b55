// Changes of the packets to send, each one step of undo; and packets from captures, hex, forms and samples.
import * as actions from "./actions.ts";
import { RequestFailed } from "./api.ts";
import { append, appendTimed, duplicate, move, remove, replace, type Sending } from "./packetList.ts";
import type { Failure, PacketsReply } from "./schemas.ts";
import { MAX_PACKETS } from "./schemas.ts";
import { act, state } from "./store.ts";
import * as time from "./time.ts";

function now(): Sending {
  const { packets, times_ns } = state.peek().inputs;
  return { packets, times: times_ns };
}

function set({ packets, times }: Sending, label: string): void {
  act(actions.setPackets, packets.slice(0, MAX_PACKETS), label, times.slice(0, MAX_PACKETS));
}

/** Says what was done, and how to take it back. */
function done(text: string): void {
  act(actions.toast, text, true);
}

export function removePacket(index: number): void {
  set(remove(now(), index), `deleting packet ${index + 1}`);
  done(`Deleted packet ${index + 1}`);
}

export function removeAll(): void {
  const count = now().packets.length;
  set({ packets: [], times: [] }, "deleting all packets");
  done(`Deleted ${count.toLocaleString("en")} packets`);
}

export function duplicatePacket(index: number): void {
  set(duplicate(now(), index), `duplicating packet ${index + 1}`);
  time.seekPacket(index + 1);
}

export function movePacket(index: number, by: 1 | -1): void {
  const to = index + by;
  if (to < 0 || to >= now().packets.length) return;
  set(move(now(), index, to), `moving packet ${index + 1}`);
  time.seekPacket(to);
}

export function replacePacket(index: number, packet: string): void {
  set(replace(now(), index, packet), `changing packet ${index + 1}`);
}

/** Adds packets behind the last and goes to the first of them. */
export function addPackets(packets: readonly string[], label: string, interval?: number): void {
  const at = now().packets.length;
  set(append(now(), packets, interval), label);
  time.seekPacket(at);
}

/** Takes over captured or sampled packets: after those there are, or in their place. */
export function takePackets(packets: readonly string[], times: readonly number[], label: string, instead: boolean): void {
  const at = instead ? 0 : now().packets.length;
  set(appendTimed(instead ? { packets: [], times: [] } : now(), packets, times), label);
  time.seekPacket(at);
  done(`${instead ? "Replaced by" : "Added"} ${packets.length.toLocaleString("en")} ${packets.length === 1 ? "packet" : "packets"}`);
}

export type Asked = { reply: PacketsReply } | { failure: Failure };

/** Packets, or why there are none. */
export async function ask(question: Promise<PacketsReply>): Promise<Asked> {
  try {
    const reply = await question;
    act(actions.dissected, reply.packets);
    return { reply };
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return { failure: error.failure };
  }
}
