// The way a packet takes into the machine, as stations of a drawing: where it came to, and where it ended.
import type { PacketRun, StationVisit } from "../schemas.ts";

export interface Stop {
  id: string;
  title: string;
  /** The packet is past it, at it with a program still running, ended there, or never came. */
  state: "past" | "here" | "end" | "future";
  verdict: string | null;
  note: string;
}

/** All stations there are, told by the packet that came farthest; the drawing's own, until one got through. */
const STATIONS: readonly Pick<StationVisit, "station" | "title">[] = [
  { station: "nic", title: "NIC" },
  { station: "xdp", title: "XDP" },
  { station: "skb", title: "sk_buff" },
  { station: "tc", title: "tc ingress" },
  { station: "cgroup", title: "cgroup" },
  { station: "filter", title: "filter" },
  { station: "socket", title: "socket" },
];

export function stops(runs: readonly PacketRun[], run: PacketRun | null, running: boolean): Stop[] {
  const longest = runs.reduce<readonly Pick<StationVisit, "station" | "title">[]>((most, { journey }) => (journey.length > most.length ? journey : most), STATIONS);
  const visits = run?.journey ?? [];
  const at = visits.findIndex(({ verdict }) => verdict !== null);
  return longest.map(({ station, title }, i): Stop => {
    const visit = visits.find((candidate) => candidate.station === station);
    const stop = { id: station, title, verdict: visit?.verdict ?? null, note: visit?.note ?? "" };
    if (run === null || visit === undefined) return { ...stop, state: "future" };
    if (running) return { ...stop, verdict: null, state: i < at ? "past" : i === at ? "here" : "future" };
    return { ...stop, state: i === visits.length - 1 ? "end" : "past" };
  });
}
