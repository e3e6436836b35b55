// What Prometheus gets: the exposition, line by line.
import type { ScrapeLine } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";
import { useRoving } from "../../views/useRoving.ts";
import { plural, thousands } from "../../views/words.ts";
import { seriesKey } from "../follow.ts";
import * as state from "../state.ts";
import { Say, Step } from "./Step.tsx";
import { scrapeAddress } from "./address.ts";

/** Possible series from which on their number is worth a word. */
const MANY = 100;

/** The texts of labels, which come from the map, apart from what is fixed. */
function Text({ text }: { text: string }) {
  const parts = text.split(/("(?:[^"\\]|\\.)*")/);
  return (
    <>
      {parts.map((part, at) =>
        part.startsWith('"') ? (
          <span key={at}>
            "<i class="r-m">{part.slice(1, -1)}</i>"
          </span>
        ) : (
          part
        ),
      )}
    </>
  );
}

function Line({ line }: { line: ScrapeLine }) {
  const { family, series } = line;
  if (series === null) return <span class="dim">{line.text}</span>;
  const on = state.shown.value.series.has(seriesKey(family, series));
  const pointed = { family, series };
  return (
    <span
      data-rove
      role="listitem"
      class={on ? "hl" : ""}
      aria-current={on ? "true" : undefined}
      onMouseEnter={() => (state.hover.value = pointed)}
      onFocus={() => (state.hover.value = pointed)}
      onBlur={() => (state.hover.value = null)}
      onClick={() => state.pinned(pointed)}
    >
      <Text text={line.text} /> <b>{line.value}</b>
    </span>
  );
}

function Warning() {
  const families = state.measured.value.reply?.families ?? [];
  const wide = families.find(({ most, series }) => most >= MANY && (series[0]?.labels.length ?? 0) > 0);
  if (wide === undefined) return null;
  const labels = (wide.series[0]?.labels ?? []).map(([name]) => name).join(" and ");
  return (
    <div class="warnl">
      <Icon name="aborted" />
      <span>
        <b>One series per {labels}.</b> {thousands(wide.total)} now, at most {thousands(wide.most)}: the map is the limit.
      </span>
    </div>
  );
}

function Lines({ lines, total }: { lines: readonly ScrapeLine[]; total: number }) {
  const roving = useRoving<HTMLPreElement>();
  return (
    <>
      <pre class="yy" role="list" aria-label="Lines of the scrape" {...roving} onMouseLeave={() => (state.hover.value = null)}>
        {lines.map((line, at) => (
          <Line key={at} line={line} />
        ))}
      </pre>
      {total > lines.length ? <p class="meta cut">first {thousands(lines.length)} of {plural(total, "line")}</p> : null}
    </>
  );
}

export function ScrapePane() {
  const { reply, stale } = state.measured.value;
  const address = scrapeAddress();
  const meta = address === null ? "GET /metrics" : <a href={address}>GET …/metrics</a>;
  return (
    <Step number={3} title="The scrape" meta={meta} stale={stale}>
      {reply === null ? null : reply.scrape.length === 0 ? (
        <Say title="Nothing to scrape yet">Write a rule for one of the maps, and its lines stand here.</Say>
      ) : (
        <Lines lines={reply.scrape} total={reply.scrape_total} />
      )}
      <Warning />
    </Step>
  );
}
