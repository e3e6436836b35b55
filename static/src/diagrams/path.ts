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

/** The stations of the drawing, from left to right; where a packet ends otherwise is told at the last it came to. */
const STATIONS: readonly Pick<StationVisit, "station" | "title">[] = [
  { station: "nic", title: "NIC" },
  { station: "xdp", title: "XDP" },
  { station: "skb", title: "sk_buff" },
  { station: "tc", title: "tc ingress" },
  { station: "cgroup", title: "cgroup" },
  { station: "filter", title: "filter" },
  { station: "socket", title: "socket" },
];

export function stops(run: PacketRun | null, running: boolean): Stop[] {
  const visits = (run?.journey ?? []).filter(({ station }) => STATIONS.some((known) => known.station === station));
  if (run !== null && visits.length === 0) return beside(run, running);
  const at = visits.findIndex(({ verdict }) => verdict !== null);
  const reason = run?.journey.at(-1)?.note ?? "";
  return STATIONS.map(({ station, title }): Stop => {
    const i = visits.findIndex((visit) => visit.station === station);
    const visit = visits[i];
    const stop = { id: station, title: visit?.title ?? title, verdict: visit?.verdict ?? null, note: visit?.note ?? "" };
    if (visit === undefined) return { ...stop, state: "future" };
    if (running) return { ...stop, verdict: null, state: i < at ? "past" : i === at ? "here" : "future" };
    return i === visits.length - 1 ? { ...stop, note: reason, state: "end" } : { ...stop, state: "past" };
  });
}

/** A hook beside the way in, and what follows: a packet that leaves, or an event without one. */
function beside(run: PacketRun, running: boolean): Stop[] {
  const last = run.journey.length - 1;
  return run.journey.map(({ station, title, verdict, note }, i): Stop => {
    if (running) return { id: station, title, verdict: null, note, state: i === 0 ? "here" : "future" };
    return { id: station, title, verdict, note, state: i === last ? "end" : "past" };
  });
}
