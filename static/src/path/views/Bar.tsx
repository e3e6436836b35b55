// Time and the sentence: hop by hop through an event, and what happened there.
import type { HopView } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";
import { thousands } from "../../views/words.ts";
import { next, nextDrop, simulate, step, stop } from "../run.ts";
import * as state from "../state.ts";

function what(hop: HopView): string {
  const where = hop.title;
  if (hop.program === "") return hop.note === "" ? `${where}.` : `${where}: ${hop.note}.`;
  const at = hop.line === null ? "" : ` at line ${hop.line}`;
  return `${where}: ${hop.program} answered ${hop.verdict}${at}.`;
}

/** What happened at the hop, and what is next. */
function Sentence() {
  const event = state.event.value;
  if (state.progress.value !== null && state.reply.value === null) {
    const { done, total } = state.progress.value;
    return (
      <>
        <b>Simulating,</b> {thousands(done)} of {thousands(total)} events.
      </>
    );
  }
  if (event === null) return <>Choose a scenario and simulate it: each packet appears on the map and in the list.</>;
  const hop = event.hops[state.hop.value];
  const following = event.hops[state.hop.value + 1];
  const kind = event.row.kind === "packet" ? "Packet" : "Event";
  return (
    <>
      <b>
        {kind} {event.row.event + 1}
      </b>
      , {event.row.title}. {hop === undefined ? "Nothing looked at it." : what(hop)}{" "}
      <span class="mid">{following === undefined ? "It ends here." : `Next, ${following.title}.`}</span>
    </>
  );
}

export function Bar() {
  const event = state.event.value;
  const running = state.progress.value !== null && state.reply.value === null;
  return (
    <section class="pt-bar" aria-label="Time">
      <div class="row">
        <button type="button" class="btn i" aria-label="Previous event" title="Previous event (<)" disabled={event === null} onClick={() => void next(-1)}>
          <Icon name="reverse" />
        </button>
        <button type="button" class="btn" disabled={event === null} title="Hop back (,)" onClick={() => step(-1)}>
          <Icon name="left" />
          Hop back
        </button>
        <button type="button" class="btn pri" disabled={event === null} title="Next hop (.)" onClick={() => step(1)}>
          Next hop
          <Icon name="right" />
        </button>
        <button type="button" class="btn i" aria-label="Next event" title="Next event (>)" disabled={event === null} onClick={() => void next(1)}>
          <Icon name="forward" />
        </button>
        <button type="button" class="btn" title="Next dropped packet (D)" disabled={(state.ends.value.dropped ?? 0) === 0} onClick={() => void nextDrop()}>
          Next drop
        </button>
      </div>
      <p class="grow pt-say" role="status" aria-live="polite">
        <Sentence />
      </p>
      {running ? (
        <span class="row">
          <progress aria-label="Simulated" value={state.progress.value?.done ?? 0} max={state.progress.value?.total ?? 1} />
          <button type="button" class="btn" onClick={stop}>
            Stop
          </button>
        </span>
      ) : (
        <button type="button" class={state.stale.value ? "btn pri" : "btn"} onClick={() => void simulate()}>
          <Icon name="over" />
          {state.stale.value ? "Simulate the change" : "Simulate again"}
        </button>
      )}
    </section>
  );
}
