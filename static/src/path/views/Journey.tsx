// One event from station to station: what each decided, and which bytes it changed.
import type { ByteChange, HopView } from "../../schemas.ts";
import { openHop } from "../opening.ts";
import * as state from "../state.ts";
import { writeAddress } from "../address.ts";
import { thousands } from "../../views/words.ts";
import { AttachOne } from "./Attached.tsx";
import { Chip, effect, ending } from "./verdict.tsx";

const MOST = 6;

function Changes({ changes, resized }: { changes: readonly ByteChange[]; resized: number }) {
  if (changes.length === 0 && resized === 0) return null;
  return (
    <small class="m">
      {resized === 0 ? "" : `${Math.abs(resized)} bytes ${resized > 0 ? "longer" : "shorter"}. `}
      {changes.slice(0, MOST).map(({ off, before, after }) => (
        <span key={off}>
          byte {off}: {before} → <b>{after}</b>{" "}
        </span>
      ))}
      {changes.length > MOST ? `and ${changes.length - MOST} more places` : ""}
    </small>
  );
}

function Hop({ hop, at }: { hop: HopView; at: number }) {
  const now = state.hop.value;
  const kind = at === now ? "cur" : at > now ? "todo" : "";
  const go = () => {
    state.hop.value = at;
    writeAddress();
  };
  return (
    <li class={kind} aria-current={at === now ? "step" : undefined}>
      <i />
      <div>
        <button type="button" class="lk" onClick={go}>
          {hop.title}
          {hop.program === "" ? "" : `, ${hop.program}`}
        </button>
        <small>
          {hop.note}
          {hop.program === "" ? "" : ` ${hop.steps} steps${hop.line === null ? "" : `, decided at line ${hop.line}`}${hop.pc === null ? "" : `, pc ${hop.pc}`}.`}
        </small>
        {hop.text === "" ? null : <small class="m">{hop.text}</small>}
        <Changes changes={hop.changes} resized={hop.resized} />
        {hop.steppable ? (
          <button type="button" class="btn sm" onClick={() => void openHop(hop.number)}>
            Open in workbench
          </button>
        ) : null}
      </div>
      {hop.program === "" && hop.effect === "pass" ? <em /> : <Chip said={effect(hop.effect)} />}
    </li>
  );
}

function showEnded(id: string): void {
  state.filter.value = { ...state.EVERYTHING, stations: [id] };
  state.tab.value = "packets";
}

/** How many came to a station of each device, and how they left it. */
function Counts({ id }: { id: string }) {
  const rows = state.counts.value.filter(({ station }) => station === id);
  if (rows.length === 0) return <p class="dim">Nothing came by.</p>;
  const more = (["passed", "dropped", "sent", "redirected", "denied"] as const).filter((name) => rows.some((row) => row[name] > 0));
  return (
    <table class="tb">
      <thead>
        <tr>
          <th>device</th>
          <th>came</th>
          {more.map((name) => (
            <th key={name}>{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.device}>
            <td>{row.device === "" ? "none" : row.device}</td>
            <td class="m">{thousands(row.seen)}</td>
            {more.map((name) => (
              <td key={name} class="m">
                {thousands(row[name])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the chosen station is, in the kernel's terms. */
function Station() {
  const found = state.stations.value.find(({ id }) => id === state.station.value);
  if (found === undefined) return null;
  return (
    <section class="stn" aria-label={found.title}>
      <div class="row">
        <h3 class="grow">{found.title}</h3>
        <button type="button" class="btn q sm" onClick={() => (state.station.value = null)}>
          Close
        </button>
      </div>
      <p>{found.doc}</p>
      <p class="m dim">{found.kernel}</p>
      {found.also.length === 0 ? null : <p class="m dim">also {found.also.join(", ")}</p>}
      {found.hooks.map(({ name, title, prog_type }) => (
        <p key={name}>
          <b class="m">{name}</b>, {title}: programs of type {prog_type}
        </p>
      ))}
      <Counts id={found.id} />
      <div class="row">
        <button type="button" class="btn sm" onClick={() => showEnded(found.id)}>
          What ended here
        </button>
      </div>
      {found.hooks.length > 0 ? <AttachOne here /> : null}
    </section>
  );
}

export function Journey() {
  const event = state.event.value;
  return (
    <section class="pane hops-p" aria-label="Its way">
      <div class="pane-h">
        <h2>{event === null ? "Its way" : `${event.row.kind === "packet" ? "Packet" : "Event"} ${event.row.event + 1}`}</h2>
        <span class="meta dim ell">{event?.row.title}</span>
        <span class="grow" />
        {event === null ? null : <Chip said={ending(event.row)} />}
      </div>
      <div class="pane-b scr">
        <Station />
        {event === null ? <p class="empty pad dim">Choose an event to see where it went.</p> : null}
        <ol class="hops">
          {event?.hops.map((hop, at) => (
            <Hop key={at} hop={hop} at={at} />
          ))}
        </ol>
        {event !== null && event.hops.length === 0 ? <p class="pad dim">No station of the map and no program had to do with it.</p> : null}
      </div>
    </section>
  );
}
