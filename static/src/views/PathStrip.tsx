// The packet's way into the machine as one line: where it is, or where it ended.
import { stops, type Stop } from "../diagrams/path.ts";
import * as select from "../select.ts";
import { Icon } from "./Icon.tsx";

const SAYS: Readonly<Record<Stop["state"], string>> = { past: "passed", here: "the packet is here", end: "the packet ended here", future: "not reached" };

export function PathStrip() {
  const run = select.packetRun.value;
  const running = run !== null && select.cursor.value.step < run.steps;
  const way = stops(run, running);
  const end = way.find(({ state }) => state === "end");
  return (
    <div class="path">
      <ol aria-label="The packet's way">
        {way.map(({ id, title, state, verdict }) => (
          <li key={id} class={state}>
            <i class={state === "end" ? (run?.effect ?? "") : ""}>{state === "end" && run !== null ? <Icon name={run.effect} /> : null}</i>
            <span>{title}</span>
            <span class="sr">
              {SAYS[state]} {verdict}
            </span>
          </li>
        ))}
      </ol>
      <p class="meta mid">
        {run === null
          ? "Send a packet to see how far it comes."
          : running
            ? "In flight: the program has not decided yet."
            : [run.how === "idle" ? "" : run.verdict, end?.note].filter(Boolean).join(": ")}
      </p>
    </div>
  );
}
