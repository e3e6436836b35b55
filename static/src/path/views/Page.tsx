// The path page: time, the map, what happens, what became of it, and one event's way.
import { Brand, Navigation, ThemeButton } from "../../views/TopBar.tsx";
import { plural, thousands } from "../../views/words.ts";
import { simulate } from "../run.ts";
import * as state from "../state.ts";
import { Bar } from "./Bar.tsx";
import { Journey } from "./Journey.tsx";
import { Maker } from "./Maker.tsx";
import { Map_ } from "./Map.tsx";
import { Results } from "./Results.tsx";
import { Timeline } from "./Timeline.tsx";

function TopBar() {
  const title = state.reply.value?.title ?? state.scenarios.value.find(({ id }) => id === state.scenario.value)?.title ?? "";
  return (
    <header class="top">
      <Brand />
      <Navigation view="path" program="/workbench" />
      <div class="crumb grow">
        <span>Scenario /</span>
        <b>{title}</b>
      </div>
      <ThemeButton />
    </header>
  );
}

function Failed() {
  const found = state.failure.value;
  if (found === null) return null;
  return (
    <p class="say err" role="alert">
      <b>{found.message}</b> {found.hint}{" "}
      <button type="button" class="btn sm" onClick={() => void simulate()}>
        Try again
      </button>
    </p>
  );
}

function Status() {
  const { reply, counts, attachments } = state;
  const early = reply.value?.stopped_early ?? "";
  return (
    <footer class="status">
      <span>
        <b>Linux 6.18 rules</b>
      </span>
      <span>{plural(attachments.value.length, "program")} attached</span>
      <span>{reply.value === null ? `${plural(counts.value.length, "station")} busy` : `${thousands(reply.value.done)} of ${thousands(reply.value.total)} events`}</span>
      {early === "" ? null : <span>{early}</span>}
      {reply.value?.warnings.map((text) => <span key={text}>{text}</span>)}
      {state.online.value ? null : <span role="status">The server is away: what has arrived stays.</span>}
      <span class="grow" />
      <span class="hide-s">
        <kbd>Space</kbd> play
      </span>
      <span class="hide-s">
        <kbd>.</kbd> next hop
      </span>
      <span class="hide-s">
        <kbd>,</kbd> hop back
      </span>
      <span class="hide-s">
        <kbd>D</kbd> next drop
      </span>
      <span class="hide-s">
        <kbd>Enter</kbd> open in the workbench
      </span>
    </footer>
  );
}

export function Page() {
  return (
    <>
      <TopBar />
      <main class="pt">
        <h1 class="sr">Kernel path</h1>
        <Bar />
        <div>
          <Failed />
          <Timeline />
          <Map_ />
        </div>
        <div class="pt-g">
          <Maker />
          <Results />
          <Journey />
        </div>
      </main>
      <Status />
    </>
  );
}
