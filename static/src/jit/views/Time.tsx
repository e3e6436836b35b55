// The run, step by step: what has happened, what is next, and where it stands in the bytes.
import { Icon, type IconName } from "../../views/Icon.tsx";
import { plain } from "../../parts.ts";
import { encodePlace } from "../../link.ts";
import { sentence, thousands } from "../../views/words.ts";
import { move } from "../keys.ts";
import { revealNow } from "../run.ts";
import * as state from "../state.ts";
import * as time from "../time.ts";

interface ActProps {
  icon: IconName;
  label: string;
  keycap?: string;
  act: () => void;
  disabled: boolean;
}

function Act({ icon, label, keycap = "", act, disabled }: ActProps) {
  return (
    <button type="button" class="btn i sm" aria-label={label} title={`${label}  ${keycap}`.trim()} disabled={disabled} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}

function Packets() {
  const packets = time.run.value?.packets ?? [];
  return (
    <select aria-label="Packet" value={String(time.packet.value)} onChange={(event) => time.seekPacket(Number(event.currentTarget.value))}>
      {packets.map(({ index, verdict }) => (
        <option key={index} value={String(index)}>
          {`Packet ${index + 1}: ${verdict}`}
        </option>
      ))}
    </select>
  );
}

/** What the step before did and what comes next, or how the run ended. */
function said(): string {
  const run = time.run.value?.packets[time.packet.value];
  if (run === undefined) return "";
  const before = time.before.value;
  const done = before === null ? `Packet ${run.index + 1} arrives.` : `${plain(before.did)}.`;
  if (time.step.value === time.steps.value) return `${done} ${run.verdict}. ${sentence(run.summary)}`;
  const next = time.next.value;
  if (next === null) return done;
  const other = state.reply.value !== null && next.program !== state.reply.value.program;
  const where = other ? ` That is in ${state.reply.value?.programs[next.program] ?? "another program"}, which is not shown.` : "";
  return `${done}${next.asks === "" ? "" : ` Next, ${plain(next.asks)}.`}${where}`;
}

function Place() {
  const { address } = state.opened.value ?? { address: "/workbench" };
  const place = encodePlace(time.packet.value, time.step.value, null);
  return (
    <a class="go nw" href={`${address}${place}`}>
      Open in the workbench
    </a>
  );
}

export function Time() {
  const failed = time.noRun.value;
  const count = time.steps.value;
  const at = time.step.value;
  if (failed !== null) {
    return (
      <section class="jtime" aria-label="Time">
        <p class="jsaid">{`${sentence(failed.message)} ${sentence(failed.hint ?? "")}`}</p>
      </section>
    );
  }
  const idle = time.run.value === null || count === 0;
  const go = (to: number) => {
    time.seek(to);
    revealNow();
  };
  const pc = time.next.value?.pc;
  const spoken = `Step ${thousands(at)} of ${thousands(count)}${pc === undefined ? "" : `, before pc ${pc}`}`;
  return (
    <section class="jtime" aria-label="Time">
      <Packets />
      <span class="row">
        <Act icon="first" label="First step" act={() => go(0)} disabled={idle || at === 0} />
        <Act icon="left" label="Step back" keycap="," act={() => move(-1)} disabled={idle || at === 0} />
        <Act icon="right" label="Step" keycap="." act={() => move(1)} disabled={idle || at === count} />
        <Act icon="last" label="Last step" act={() => go(count)} disabled={idle || at === count} />
      </span>
      <input type="range" aria-label="Step" aria-valuetext={spoken} min={0} max={count} step={1} value={at} disabled={idle} onInput={(event) => go(Number(event.currentTarget.value))} />
      <span class="nw jstep">{time.run.value === null ? "Running." : spoken}</span>
      <p class="jsaid" aria-live="polite">
        {said()}
      </p>
      <Place />
    </section>
  );
}
