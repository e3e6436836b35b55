// The list of packets to send, and what can be done to it. Times count from the first, in ns, and stay in order.

export interface Sending {
  packets: readonly string[];
  times: readonly number[];
}

/** Between packets that nothing says the time of. */
export const INTERVAL = 1_000_000;

/** Times for all packets: where none are said, a millisecond apart. */
export function timesOf({ packets, times }: Sending): number[] {
  const all = packets.map((_, i) => times[i] ?? i * INTERVAL);
  for (let i = 1; i < all.length; i += 1) all[i] = Math.max(all[i]!, all[i - 1]!);
  return all;
}

/** New packets behind the last, `interval` apart. */
export function append(list: Sending, packets: readonly string[], interval = INTERVAL): Sending {
  const times = timesOf(list);
  const start = times.length === 0 ? 0 : times.at(-1)! + interval;
  return { packets: [...list.packets, ...packets], times: [...times, ...packets.map((_, i) => start + i * interval)] };
}

/** A captured or sampled stretch behind the last packet, keeping its own pace. */
export function appendTimed(list: Sending, packets: readonly string[], times: readonly number[]): Sending {
  const old = timesOf(list);
  const start = old.length === 0 ? 0 : old.at(-1)! + INTERVAL;
  return { packets: [...list.packets, ...packets], times: [...old, ...timesOf({ packets, times }).map((time) => start + time)] };
}

export function remove(list: Sending, index: number): Sending {
  const without = <T>(items: readonly T[]) => items.filter((_, i) => i !== index);
  const times = without(timesOf(list));
  const first = times[0] ?? 0;
  return { packets: without(list.packets), times: times.map((time) => time - first) };
}

export function duplicate(list: Sending, index: number): Sending {
  const packet = list.packets[index];
  if (packet === undefined) return list;
  const times = timesOf(list);
  return { packets: list.packets.toSpliced(index, 0, packet), times: times.toSpliced(index, 0, times[index]!) };
}

export function replace(list: Sending, index: number, packet: string): Sending {
  return { packets: list.packets.map((old, i) => (i === index ? packet : old)), times: list.times };
}

/** Moves a packet to another place; the times stay where they are, so order in time is kept. */
export function move(list: Sending, from: number, to: number): Sending {
  const packet = list.packets[from];
  if (packet === undefined || to < 0 || to >= list.packets.length) return list;
  return { packets: list.packets.toSpliced(from, 1).toSpliced(to, 0, packet), times: list.times };
}

/** `+12.204 s`, for people. */
export function timeText(ns: number): string {
  if (ns < 1_000) return `+${ns} ns`;
  if (ns < 1_000_000) return `+${(ns / 1e3).toFixed(0)} µs`;
  return ns < 1e9 ? `+${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms` : `+${(ns / 1e9).toFixed(3)} s`;
}
