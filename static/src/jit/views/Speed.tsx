// How large everything is, what the proof saves, and a race on the learner's own packet.
import type { NativeGroupView, RaceLane, RaceReply } from "../../schemas.ts";
import { useRoving } from "../../views/useRoving.ts";
import { plural, sentence, thousands } from "../../views/words.ts";
import { reveal } from "../run.ts";
import { startRace, stopRace } from "../racing.ts";
import * as state from "../state.ts";
import * as time from "../time.ts";

interface BarProps {
  name: string;
  value: string;
  unit: string;
  share: number;
  on?: boolean;
}

function Bar({ name, value, unit, share, on = false }: BarProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="bw" aria-hidden="true">
        <i class={on ? "on" : ""} style={{ width: `${Math.max(1, 100 * share).toFixed(1)}%` }} />
      </td>
      <td class="num">
        {value}
        <small> {unit}</small>
      </td>
    </tr>
  );
}

function Table({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <table class="jtab jbars" aria-label={label}>
      <tbody>{children}</tbody>
    </table>
  );
}

export function Sizes() {
  const sizes = state.reply.value?.sizes ?? null;
  if (sizes === null) return null;
  const functions = state.reply.value?.functions ?? [];
  const machine = state.archSeen.value === "aarch64" ? "AArch64" : "x86-64";
  const rows: [string, number, boolean][] = [
    ["eBPF, loaded", 8 * sizes.bpf_slots, false],
    ...(sizes.rewritten_slots === null ? [] : [["after rewriting", 8 * sizes.rewritten_slots, false] as [string, number, boolean]]),
    [machine, sizes.machine_bytes, true],
  ];
  const most = Math.max(...rows.map(([, size]) => size));
  return (
    <section class="pane" aria-label="Size">
      <header class="pane-h">
        <h2>Size</h2>
        <span class="meta">in bytes</span>
      </header>
      <Table label="Bytes">
        {rows.map(([name, size, on]) => (
          <Bar key={name} name={name} value={thousands(size)} unit="B" share={size / most} on={on} />
        ))}
        {functions.length < 2 ? null : functions.map(({ name, size }) => <Bar key={`f-${name}`} name={`· ${name}`} value={thousands(size)} unit="B" share={size / most} on />)}
      </Table>
    </section>
  );
}

const MOST_ROWS = 40;

/** Every access, and why no check need stand before it. */
export function Buys() {
  const reply = state.reply.value;
  const roving = useRoving<HTMLUListElement>();
  const sizes = reply?.sizes ?? null;
  if (reply === null || sizes === null) return null;
  const accesses = [...state.groups.value].filter(([, group]) => group.proved !== "" || group.check !== "");
  if (accesses.length === 0) return null;
  const guarded = reply.form !== "kernel";
  return (
    <section class="pane" aria-label="What the verifier buys you">
      <header class="pane-h">
        <h2>What the verifier buys you</h2>
      </header>
      <p class="sb">
        {guarded
          ? `The guarded form checks ${plural(sizes.checks, "access", "accesses")}; the proof makes ${sizes.dropped} of them needless and saves ${thousands(sizes.saved_bytes)} bytes.`
          : `Linux checks none of these ${plural(accesses.length, "access", "accesses")} as it runs: each was proved beforehand.`}
      </p>
      <ul class="jproofs" {...roving}>
        {accesses.slice(0, MOST_ROWS).map(([key, group]) => (
          <li key={key}>
            <button type="button" data-rove onClick={() => ((state.pinned.value = key), reveal(key))}>
              <span class="m">pc {group.pc}</span>
              <span class={`ck ${group.check}`}>{CHECK_SIGN[group.check]}</span>
              <span>{group.proved === "" ? "nothing is proved" : group.proved}</span>
            </button>
          </li>
        ))}
      </ul>
      {accesses.length > MOST_ROWS ? <p class="sb dim">{`The first ${MOST_ROWS} of ${accesses.length}.`}</p> : null}
    </section>
  );
}

const CHECK_SIGN: Readonly<Record<NativeGroupView["check"], string>> = {
  "": "no check",
  made: "checked",
  needless: "needless",
  dropped: "dropped",
  frame: "in frame",
};

const DIGITS = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

function timeOf(ns: number): string {
  return ns >= 1e6 ? `${DIGITS.format(ns / 1e6)} ms` : ns >= 1e3 ? `${DIGITS.format(ns / 1e3)} µs` : `${DIGITS.format(ns)} ns`;
}

/** Where a time stands between the fastest and the slowest, a tenfold being as wide everywhere. */
function placeIn({ lanes }: RaceReply): (ns: number) => number {
  const all = lanes.flatMap(({ low, high }) => [low, high]);
  const from = Math.floor(Math.log10(Math.min(...all)));
  const to = Math.max(Math.ceil(Math.log10(Math.max(...all))), from + 1);
  return (ns) => (100 * (Math.log10(ns) - from)) / (to - from);
}

function ratioText({ engine, ratio }: RaceLane): string {
  if (engine === "machine") return "1×";
  return `${DIGITS.format(ratio)}×`;
}

function Lane({ lane, at }: { lane: RaceLane; at: (ns: number) => number }) {
  return (
    <li>
      <span class="ttl">
        <b>{lane.title}</b>
        <b>{ratioText(lane)}</b>
      </span>
      <span class="lane" aria-hidden="true">
        <i class="sp" style={{ left: `${at(lane.low)}%`, width: `${Math.max(1, at(lane.high) - at(lane.low))}%` }} />
        <i class="md" style={{ left: `${at(lane.median)}%` }} />
      </span>
      <span>
        <b>{timeOf(lane.median)}</b> {`(${timeOf(lane.low)} to ${timeOf(lane.high)})`}
      </span>
      <span>{lane.how}</span>
    </li>
  );
}

export function Race() {
  const race = state.race.value;
  const failed = state.raceFailure.value;
  const racing = state.racing.value;
  const ready = state.opened.value !== null && time.run.value !== null;
  const at = race === null ? () => 0 : placeIn(race);
  return (
    <section class="pane" aria-label="Race">
      <header class="pane-h">
        <h2>Race</h2>
        <span class="meta">{`on packet ${time.packet.value + 1}, times as fast as the interpreter`}</span>
      </header>
      <div class="sb jrace">
        {race === null ? <p>How long one packet takes in the interpreter, as guarded native code, and in Linux where its kernel may be asked.</p> : null}
        {race === null ? null : (
          <ul class="jlanes" aria-label="Times">
            {race.lanes.map((lane) => (
              <Lane key={lane.engine} lane={lane} at={at} />
            ))}
          </ul>
        )}
        {race === null ? null : (
          <ul class="jabsent">
            {race.absent.map(({ engine, title, why }) => (
              <li key={engine}>
                <b>{title}</b> does not take part: {why}.
              </li>
            ))}
          </ul>
        )}
        {failed === null ? null : <p role="alert">{`${sentence(failed.message)} ${sentence(failed.hint ?? "")}`}</p>}
        <p class="row">
          <button type="button" class="btn sm" disabled={!ready} onClick={() => (racing ? stopRace() : void startRace())}>
            {racing ? "Stop" : race === null ? "Race" : "Race again"}
          </button>
          <span class="meta rounds" aria-live="polite">
            {race === null ? (racing ? "Warming up" : "") : `${race.rounds} of ${race.of} rounds`}
          </span>
          {race === null ? null : (
            <progress aria-label="Rounds" max={race.of} value={race.rounds} />
          )}
        </p>
        {race === null ? null : (
          <p class="dim meta">
            {race.method} {race.agree} Measured on {race.machine}. The line is logarithmic.
          </p>
        )}
      </div>
    </section>
  );
}
