// Which bytes a refused access is about, from Linux's own words. Pure functions only.

export interface Ruler {
  what: "packet" | "map value" | "memory";
  /** Bytes shown; `to` is exclusive. */
  from: number;
  to: number;
  /** Bytes that are there, from 0. */
  proved: number;
  wanted: number;
  size: number;
}

const MOST = 11;
const PACKET = /invalid access to packet, off=(-?\d+) size=(\d+), R\d+\(id=\d+,off=-?\d+,r=(\d+)\)/;
const VALUE = /invalid access to map value, value_size=(\d+) off=(-?\d+) size=(\d+)/;
const MEMORY = /invalid access to memory, mem_size=(\d+) off=(-?\d+) size=(\d+)/;

function around(what: Ruler["what"], proved: number, wanted: number, size: number): Ruler {
  const to = Math.max(wanted + size, proved) + 1;
  const from = Math.min(wanted, Math.max(0, to - MOST));
  return { what, from, to: Math.min(to, from + MOST + 5), proved, wanted, size };
}

/** The bytes; null for words that name none. */
export function rulerOf(kernel: string): Ruler | null {
  const packet = PACKET.exec(kernel);
  if (packet !== null) return around("packet", Number(packet[3]), Number(packet[1]), Number(packet[2]));
  const value = VALUE.exec(kernel);
  if (value !== null) return around("map value", Number(value[1]), Number(value[2]), Number(value[3]));
  const memory = MEMORY.exec(kernel);
  if (memory !== null) return around("memory", Number(memory[1]), Number(memory[2]), Number(memory[3]));
  return null;
}
