// Transport on the left, the score on the right: everything that moves time.
import * as actions from "../actions.ts";
import { BY_ID, focusPane, keysOf } from "../commands.ts";
import { caption } from "../keys.ts";
import { opened } from "../opened.ts";
import { mac } from "../page.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";
import * as time from "../time.ts";
import { BackToPath } from "./BackToPath.tsx";
import { Icon, type IconName } from "./Icon.tsx";
import { Score } from "./Score.tsx";
import { thousands } from "./words.ts";

const MOST_TICKS = 48;

function hint(id: string, label: string): string {
  const [key] = keysOf(id);
  return key === undefined ? label : `${label}  ${caption(key, mac)}`;
}

interface ActProps {
  id: string;
  label: string;
  icon: IconName;
  kind?: string;
  text?: string;
  after?: boolean;
}

function Act({ id, label, icon, kind = "", text, after = false }: ActProps) {
  const classes = text === undefined ? `btn i ${kind}` : `btn ${kind}`;
  return (
    <button type="button" class={classes} disabled={select.run.value === null} aria-label={label} title={hint(id, label)} onClick={() => BY_ID.get(id)?.run()}>
      {after ? text : null}
      <Icon name={icon} />
      {after ? null : text}
    </button>
  );
}

/** One tick per packet, as far as they fit: the packets around the one shown. */
function Strip() {
  const packets = select.run.value?.packets ?? [];
  const current = select.packet.value;
  const from = Math.max(0, Math.min(current - MOST_TICKS / 2, packets.length - MOST_TICKS));
  const shown = packets.slice(from, from + MOST_TICKS);
  const passed = packets.filter(({ effect }) => effect === "pass").length;
  const dropped = packets.filter(({ effect }) => effect === "drop").length;
  // Ticks are thin: a press between two of them means the one whose share of the strip it is in.
  const go = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const tick = shown[Math.floor(((event.clientX - left) / width) * shown.length)];
    if (tick !== undefined) time.seekPacket(tick.index);
  };
  return (
    <span class="strip" role="img" aria-label={`${passed} of ${packets.length} packets passed, ${dropped} dropped`} onPointerDown={go}>
      {shown.map(({ index, effect, verdict }) => (
        <i key={index} data-packet={index} title={`Packet ${index + 1}: ${verdict}`} class={index === current ? "cur" : index > current ? "q" : effect} />
      ))}
    </span>
  );
}

function Count() {
  const count = select.count.value;
  const packet = select.packet.value;
  const thing = select.takesPackets.value ? "packet" : "event";
  return (
    <button
      type="button"
      class="pk nw"
      aria-label={count === 0 ? "No packet: add packets" : `${thing === "packet" ? "Packet" : "Event"} ${packet + 1} of ${thousands(count)}: choose ${thing === "packet" ? "or add packets" : "an event"}`}
      onClick={() => focusPane("packets")}
    >
      <b>{count === 0 ? `No ${thing}` : `${thing === "packet" ? "Packet" : "Event"} ${packet + 1}`}</b> {count === 0 ? "" : <span class="dim">of {thousands(count)}</span>}
    </button>
  );
}

function Stops() {
  const points = select.breakpoints.value;
  if (points.length === 0) return <span class="nw">F9 sets a breakpoint</span>;
  const pcs = points.map(({ line }) => select.slotOfLine.value.get(line)?.pc ?? `line ${line}`);
  const listed = pcs.length > 4 ? `${pcs.slice(0, 4).join(", ")} +${pcs.length - 4}` : pcs.join(", ");
  return (
    <span class="nw">
      {points.length === 1 ? "breakpoint" : "breakpoints"} {listed}
    </span>
  );
}

function StepOf() {
  if (select.run.value === null) return <>Not run yet</>;
  return (
    <>
      Step {thousands(select.cursor.value.step)} of {thousands(select.steps.value)}
    </>
  );
}

export function TimeBand() {
  return (
    <section class="transport" aria-label="Time" onMouseLeave={() => act(actions.hover, null)}>
      <div class="ctl">
        <div class="row">
          <Count />
          <span class="dim nw phone">
            <StepOf />
          </span>
          <span class="grow" />
          {opened.value === null ? <Strip /> : <BackToPath />}
        </div>
        <div class="btns">
          <Act id="first-step" label="First step" icon="first" kind="q" />
          <Act id="continue-back" label="Reverse-continue to the previous breakpoint" icon="reverse" />
          <Act id="over-back" label="Step back" icon="left" text="Back" />
          <Act id="over" label="Step" icon="right" kind="pri" text="Step" after />
          <Act id="continue" label="Continue to the next breakpoint" icon="forward" />
          <span class="wide">
            <Act id="into" label="Step into a function" icon="over" kind="q" />
            <Act id="out" label="Out to the caller" icon="out" kind="q" />
          </span>
        </div>
        <div class="row meta dim desk">
          <span class="nw">
            <StepOf />
          </span>
          <span class="grow" />
          <Stops />
        </div>
      </div>
      <Score />
    </section>
  );
}
