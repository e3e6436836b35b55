// A map entry's value over the packets of a run: read from the states in which packets find the map.
import { signal } from "@preact/signals";
import type { MapView, WindowReply } from "./schemas.ts";
import { askWindow } from "./transport.ts";

/** At most so many packets are looked at; between them the line goes straight on. */
export const MOST_POINTS = 48;
const AT_ONCE = 4;

export interface Point {
  packet: number;
  /** The value with which this packet found the entry; 0 where there was none. */
  value: number;
}

/** Packets to look at so that the line from the first to `current` has at most `most` points; both ends are in. */
export function sampled(current: number, most: number): number[] {
  const count = Math.min(most, current + 1);
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, i) => Math.round((i * current) / (count - 1)));
}

/** The value as a number; null for values that are no number of at most 8 bytes. Only drawn, so rounding is fine. */
export function plotted(hex: string | undefined): number | null {
  if (hex === undefined) return 0;
  const bytes = hex.match(/../g) ?? [];
  return [1, 2, 4, 8].includes(bytes.length) ? Number(`0x${[...bytes].reverse().join("")}`) : null;
}

export function valueIn(maps: readonly MapView[], map: number, key: string, cpu: number | null): string | undefined {
  return maps.find(({ index }) => index === map)?.entries.find((entry) => entry.key === key && entry.cpu === cpu)?.value;
}

/** Maps as each packet found them, of one run. */
const found = signal<{ run: string; maps: ReadonlyMap<number, readonly MapView[]> }>({ run: "", maps: new Map() });

function put(run: string, window: WindowReply): void {
  const { maps } = found.peek().run === run ? found.peek() : { maps: new Map() };
  found.value = { run, maps: new Map(maps).set(window.packet, window.keyframe.maps) };
}

let asking = "";

/** Fetches what `packets` found, a few at a time. A later call makes an earlier one stop. */
export async function fetchHistory(run: string, packets: readonly number[]): Promise<void> {
  const ask = `${run}:${packets.join()}`;
  asking = ask;
  const have = (packet: number) => found.peek().run === run && found.peek().maps.has(packet);
  const missing = packets.filter((packet) => !have(packet));
  const worker = async () => {
    for (let packet = missing.pop(); packet !== undefined && asking === ask; packet = missing.pop()) {
      const window = await askWindow(packet, 0);
      if (window?.run === run) put(run, window);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The points known so far. */
export function history(run: string, packets: readonly number[], map: number, key: string, cpu: number | null): Point[] {
  const { maps, run: of } = found.value;
  if (of !== run) return [];
  return packets.flatMap((packet) => {
    const here = maps.get(packet);
    const value = here === undefined ? null : plotted(valueIn(here, map, key, cpu));
    return value === null ? [] : [{ packet, value }];
  });
}
