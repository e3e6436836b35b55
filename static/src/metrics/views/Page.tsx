// The metrics page: two flows of four steps each, from a map to a graph and from a policy to a verdict.
import { Icon } from "../../views/Icon.tsx";
import { Brand, Navigation, ThemeButton } from "../../views/TopBar.tsx";
import { plural, thousands } from "../../views/words.ts";
import { again } from "../ask.ts";
import { measureBy, other, saveIfOffline, takeOther, takePolicies } from "../keep.ts";
import * as state from "../state.ts";
import { EntriesPane } from "./EntriesPane.tsx";
import { GraphPane } from "./GraphPane.tsx";
import { IdentitiesPane } from "./IdentitiesPane.tsx";
import { MapPane } from "./MapPane.tsx";
import { MatrixPane } from "./MatrixPane.tsx";
import { PolicyPane } from "./PolicyPane.tsx";
import { RulePane } from "./RulePane.tsx";
import { ScrapePane } from "./ScrapePane.tsx";
import { scrapeAddress, workbenchAddress } from "./address.ts";

const SAVED: Readonly<Record<state.Keeping, string>> = {
  untouched: "Not changed yet",
  local: "Kept here",
  saving: "Saving",
  saved: "Saved",
  offline: "Offline (kept here)",
};

/** The program that is open, and the examples to open instead. */
function Programs() {
  const now = state.program.value;
  const known = state.examples.value.some(({ id }) => id === now?.example);
  return (
    <select class="prg" aria-label="Program" value={known ? (now?.example ?? "") : ""} onChange={(event) => location.assign(`/metrics?example=${encodeURIComponent(event.currentTarget.value)}`)}>
      {known ? null : <option value="">{now?.title ?? ""}</option>}
      {state.examples.value.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </select>
  );
}

/** What the maps are measured by. */
function By() {
  return (
    <label class="as meta">
      measured by
      <select value={state.scenario.value} onChange={(event) => measureBy(event.currentTarget.value)}>
        <option value="">its own packets</option>
        {state.scenarios.value.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The policies to start from; those that were changed are nobody's example. */
function Policies() {
  const examples = state.policyExamples.value;
  const now = examples.find(({ policies, cluster }) => policies === state.policies.value && cluster === state.cluster.value);
  const take = (id: string) => {
    const wanted = examples.find((one) => one.id === id);
    if (wanted !== undefined) takePolicies(wanted);
  };
  return (
    <label class="as meta">
      example
      <select value={now?.id ?? ""} onChange={(event) => take(event.currentTarget.value)}>
        {now === undefined ? <option value="">your own</option> : null}
        {examples.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function TopBar() {
  const { value: saving } = state.saving;
  return (
    <header class="top">
      <Brand />
      <Navigation view="metrics" program={workbenchAddress()} />
      <div class="crumb grow">
        <span>Program /</span>
        <Programs />
      </div>
      {saving === "offline" ? (
        <button type="button" class="btn q sm saved" title="Try to reach the server now" onClick={saveIfOffline}>
          <Icon name="cloud" />
          {SAVED[saving]}
        </button>
      ) : (
        <span class="saved" role="status">
          <Icon name="cloud" />
          <span>{SAVED[saving]}</span>
        </span>
      )}
      <ThemeButton />
    </header>
  );
}

function MapFlow() {
  const name = state.mapShown.value;
  const address = scrapeAddress();
  return (
    <section class="flow" aria-labelledby="f1">
      <div class="fh">
        <h2 id="f1">From a map to a metric</h2>
        <p>
          {name === null ? "Your program counts in maps." : <>Your program counts in <b class="m r-m">{name}</b>.</>} An exporter turns each entry into a line that Prometheus scrapes.
        </p>
        <span class="grow" />
        <By />
        <span class="meta dim">
          {address === null ? (
            "change a rule to get an address to scrape"
          ) : (
            <>
              scrape <a href={address}>{address}</a>
            </>
          )}
        </span>
      </div>
      <div class="fr f1r">
        <MapPane />
        <RulePane />
        <ScrapePane />
        <GraphPane />
      </div>
    </section>
  );
}

function PolicyFlow() {
  const { view } = state.decided.value;
  const door = state.door.value === null ? undefined : view?.doors[state.door.value];
  return (
    <section class="flow" aria-labelledby="f2">
      <div class="fh">
        <h2 id="f2">From a policy to a verdict</h2>
        <p>Policies name pods by label. Packets carry none, so labels become numbers, numbers map keys, and a tc program looks them up.</p>
        <span class="grow" />
        <Policies />
        <span class="meta dim">{door === undefined ? "" : `tc ${door.direction} on ${door.pod}`}</span>
      </div>
      <div class="fr f2r">
        <PolicyPane />
        <IdentitiesPane />
        <EntriesPane />
        <MatrixPane />
      </div>
    </section>
  );
}

function Status() {
  const { reply } = state.measured.value;
  const { view } = state.decided.value;
  return (
    <footer class="status">
      {state.online.value ? null : (
        <button type="button" class="tell risk" onClick={again}>
          Server lost. What is shown stays; try again
        </button>
      )}
      {other.value === null ? null : (
        <button type="button" class="tell risk" onClick={takeOther}>
          Another tab had saved other texts. Bring them back
        </button>
      )}
      <span>{reply?.families == null ? "" : `${plural(reply.families.length, "metric")}, ${thousands(reply.series_total)} series`}</span>
      <span>{view === null ? "" : `${plural(view.policies, "policy", "policies")}, ${plural(view.identities.length, "identity", "identities")}`}</span>
      <span class="grow" />
      <span>hover a row to follow it across all four steps; click keeps it, Esc lets it go</span>
    </footer>
  );
}

export function Page() {
  return (
    <>
      <a class="sr skip" href="#main">
        Skip to main content
      </a>
      <TopBar />
      <main id="main" class="mt" tabIndex={-1}>
        <h1 class="sr">Maps as metrics, policies as verdicts</h1>
        <MapFlow />
        <PolicyFlow />
      </main>
      <Status />
    </>
  );
}
