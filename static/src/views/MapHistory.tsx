// The chart of one map entry over the packets of the run, up to the one shown. What comes later is not drawn yet.
import { useEffect } from "preact/hooks";
import { fetchHistory, history, MOST_POINTS, plotted, sampled, type Point } from "../mapHistory.ts";
import type { EntryView, MapSpecView } from "../schemas.ts";
import * as select from "../select.ts";
import * as time from "../time.ts";

const SETTLED = 250;
const WIDTH = 470;
const [LEFT, RIGHT, TOP, BOTTOM] = [34, 462, 10, 52];

interface Scale {
  x: (packet: number) => number;
  y: (value: number) => number;
}

function scaleOf(packets: number, most: number): Scale {
  const span = Math.max(1, packets - 1);
  return { x: (packet) => LEFT + ((RIGHT - LEFT) * packet) / span, y: (value) => BOTTOM - ((BOTTOM - TOP) * value) / Math.max(1, most) };
}

/** A stair: each value holds until the next packet finds another. */
function stair(points: readonly Point[], { x, y }: Scale): string {
  return points.map(({ packet, value }, i) => (i === 0 ? `M${x(packet)} ${y(value)}` : `H${x(packet)}V${y(value)}`)).join("");
}

/** The packet a place in the chart stands for. */
function packetAt(event: MouseEvent, packets: number): number {
  const box = (event.currentTarget as SVGElement).getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * WIDTH;
  return Math.max(0, Math.min(packets - 1, Math.round(((x - LEFT) / (RIGHT - LEFT)) * (packets - 1))));
}

interface Props {
  spec: MapSpecView;
  /** As it is now; undefined while there is no such entry. */
  entry: Pick<EntryView, "key" | "key_text" | "cpu">;
  value: string | undefined;
}

export function MapHistory({ spec, entry, value }: Props) {
  const run = select.run.value;
  const packet = select.packet.value;
  const total = run?.packets.length ?? 0;
  const key = run?.run ?? "";
  useEffect(() => {
    if (key === "") return;
    const timer = setTimeout(() => void fetchHistory(key, sampled(packet, MOST_POINTS)), SETTLED);
    return () => clearTimeout(timer);
  }, [key, packet]);
  const now = plotted(value);
  if (run === null || total < 2 || now === null) return null;
  const packets = sampled(packet, MOST_POINTS);
  const points = history(key, packets, spec.index, entry.key, entry.cpu);
  const most = Math.max(now, ...points.map((point) => point.value));
  const scale = scaleOf(total, most);
  const here = scale.x(packet);
  const first = points[0]?.value ?? 0;
  const skipped = packets.length <= packet ? `, one of ${Math.round((packet + 1) / packets.length)} packets looked at` : "";
  return (
    <div class="histw">
      <span class="lbl">
        <b class="m r-m">{entry.key_text}</b> over this run{skipped}
      </span>
      <svg
        class="hist"
        viewBox={`0 0 ${WIDTH} 68`}
        role="img"
        aria-label={`${spec.name} for ${entry.key_text} goes from ${first} with packet 1 to ${now} now, at packet ${packet + 1} of ${total}`}
        onClick={(event) => time.seekPacket(packetAt(event, total))}
      >
        <rect x={here} y="2" width={Math.max(0, RIGHT - here)} height={BOTTOM - 2} class="later" />
        <text x={LEFT - 5} y={scale.y(most) + 3} text-anchor="end">
          {most.toLocaleString("en", { notation: "compact" })}
        </text>
        <text x={LEFT - 5} y={BOTTOM + 3} text-anchor="end">
          0
        </text>
        <path d={`M${LEFT} ${BOTTOM}H${RIGHT}`} class="axis" />
        {points.length === 0 ? null : <path d={`${stair(points, scale)}H${here}V${scale.y(now)}`} class="stair" />}
        <path d={`M${here} 2V${BOTTOM + 2}`} class="play" />
        <circle cx={here} cy={scale.y(now)} r="4" class="dot" />
        {packet > 1 ? (
          <text x={LEFT} y={BOTTOM + 14}>
            packet 1
          </text>
        ) : null}
        <text x={here} y={BOTTOM + 14} text-anchor={packet < total / 20 ? "start" : packet > total * 0.95 ? "end" : "middle"} class="at">
          {packet + 1}
        </text>
        {packet < total - 2 ? (
          <text x={RIGHT} y={BOTTOM + 14} text-anchor="end">
            {total}
          </text>
        ) : null}
        {RIGHT - here > 90 ? (
          <text x={here + 8} y={(TOP + BOTTOM) / 2 + 6}>
            not sent yet
          </text>
        ) : null}
      </svg>
    </div>
  );
}
