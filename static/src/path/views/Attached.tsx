// The programs attached, in the order they run: to be moved, replaced while events flow, and detached.
import { useRef, useState } from "preact/hooks";
import { Icon } from "../../views/Icon.tsx";
import { plural } from "../../views/words.ts";
import * as attaching from "../attaching.ts";
import { nameOf, ownHook } from "../geometry.ts";
import { flights, headNow } from "../play.ts";
import * as state from "../state.ts";

const MS = 1e6;

function programOf(id: string): string | undefined {
  return state.programs.value.find((program) => program.id === id)?.inputs.source;
}

/** When, and what runs from then on. */
function Replace({ n, close }: { n: number; close: () => void }) {
  const file = useRef<HTMLInputElement>(null);
  const [at, setAt] = useState(() => {
    const found = flights.peek();
    return found === null ? "0" : ((found.timeAt(headNow()) - found.timeline.begin_ns) / MS).toFixed(1);
  });
  const add = (source: string) => {
    const ms = Number(at);
    if (!Number.isFinite(ms) || ms < 0) return;
    attaching.later(n, { time_ns: Math.round(ms * MS) + (flights.peek()?.timeline.begin_ns ?? 0), source });
    close();
  };
  return (
    <div class="frm rep" role="group" aria-label="Replace while events flow">
      <label class="f">
        at, ms
        <input class="fld m" type="number" min={0} step="any" value={at} onInput={({ currentTarget }) => setAt(currentTarget.value)} />
      </label>
      <label class="f">
        by
        <select
          class="fld"
          value=""
          onChange={({ currentTarget: { value } }) => {
            if (value === "file") file.current?.click();
            else if (value === "nothing") add("");
            else add(programOf(value) ?? "");
          }}
        >
          <option value="">Choose what runs then</option>
          <option value="nothing">nothing: it is detached</option>
          <option value="file">a file …</option>
          {state.programs.value.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <input ref={file} class="sr" tabIndex={-1} aria-hidden="true" type="file" accept=".bpf,.s,.txt" onChange={async ({ currentTarget }) => add((await currentTarget.files?.[0]?.text()) ?? "")} />
    </div>
  );
}

function One({ n }: { n: number }) {
  const [replacing, setReplacing] = useState(false);
  const all = state.attachments.value;
  const found = all[n];
  if (found === undefined) return null;
  const { source, place, later = [] } = found;
  const name = nameOf(source);
  const [before, after] = [attaching.neighbour(all, n, -1), attaching.neighbour(all, n, 1)];
  const counted = state.reply.value?.programs.find(({ name: known }) => known === name);
  const begin = flights.value?.timeline.begin_ns ?? 0;
  return (
    <li
      draggable
      onDragStart={() => (attaching.dragged.value = { source, from: n })}
      onDragEnd={() => (attaching.dragged.value = null)}
      onDragOver={(event) => attaching.dragged.peek()?.from != null && event.preventDefault()}
      onDrop={(event) => {
        const from = attaching.dragged.peek()?.from;
        if (from == null) return;
        event.preventDefault();
        if (from !== n) attaching.reorder(from, n);
      }}
    >
      <div class="row">
        <b class="m ell">{name}</b>
        <span class="dim m ell grow">{place === "" ? ownHook(source) : place}</span>
        {before === null ? null : (
          <button type="button" class="btn q i sm" aria-label={`Run ${name} earlier`} title="Earlier" onClick={() => attaching.reorder(n, before)}>
            <Icon name="up" />
          </button>
        )}
        {after === null ? null : (
          <button type="button" class="btn q i sm" aria-label={`Run ${name} later`} title="Later" onClick={() => attaching.reorder(n, after)}>
            <Icon name="down" />
          </button>
        )}
        <button type="button" class="btn q sm" aria-expanded={replacing} aria-label={`Replace ${name} while events flow`} title="Replace it while events flow" onClick={() => setReplacing(!replacing)}>
          Replace
        </button>
        <button type="button" class="btn q i sm" aria-label={`Detach ${name}`} title="Detach" onClick={() => attaching.detach(n)}>
          <Icon name="close" />
        </button>
      </div>
      {counted === undefined || counted.runs === 0 ? null : <small class="dim">{answers(counted.runs, counted.verdicts)}</small>}
      {later.map(({ time_ns, source: next }, at) => (
        <small key={at} class="row">
          <span class="grow">
            at {((time_ns - begin) / MS).toFixed(1)} ms: {next === "" ? "detached" : `replaced by ${nameOf(next)}`}
          </span>
          <button type="button" class="btn q i sm" aria-label={`Do not replace ${name} at ${((time_ns - begin) / MS).toFixed(1)} ms`} onClick={() => attaching.notLater(n, at)}>
            <Icon name="close" />
          </button>
        </small>
      ))}
      {replacing ? <Replace n={n} close={() => setReplacing(false)} /> : null}
    </li>
  );
}

function answers(runs: number, verdicts: Readonly<Record<string, number>>): string {
  const told = Object.entries(verdicts).sort(([, a], [, b]) => b - a);
  return `ran ${plural(runs, "time")}: ${told.map(([verdict, count]) => `${count.toLocaleString("en")} ${verdict}`).join(", ")}`;
}

/** Programs to choose from: those that fit where somebody stands; dragged to a station, or attached with a press. */
export function AttachOne({ here }: { here: boolean }) {
  const file = useRef<HTMLInputElement>(null);
  const stations = state.stations.value;
  const chosen = here ? stations.find(({ id }) => id === state.station.value) : undefined;
  const hook = chosen !== undefined && chosen.hooks.length > 0 ? chosen : null;
  const programs = state.programs.value.filter(({ inputs }) => hook === null || attaching.fitting(inputs.source, hook, stations) !== null);
  return (
    <div class="row add">
      <label class="f grow">
        {hook === null ? "Attach an example where it belongs" : `Attach at ${hook.title}`}
        <select
          class="fld"
          value=""
          onChange={({ currentTarget }) => {
            attaching.attach(programOf(currentTarget.value) ?? "", hook?.id ?? null);
            currentTarget.value = "";
          }}
        >
          <option value="">{programs.length === 0 ? "No example fits here: attach a file" : "Choose a program"}</option>
          {programs.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="btn" onClick={() => file.current?.click()}>
        File …
      </button>
      <input ref={file} class="sr" tabIndex={-1} aria-hidden="true" type="file" accept=".bpf,.s,.txt" onChange={async ({ currentTarget }) => attaching.attach((await currentTarget.files?.[0]?.text()) ?? "", hook?.id ?? null)} />
    </div>
  );
}

/** Examples as a shelf to drag from. */
function Shelf() {
  return (
    <details class="shelf">
      <summary>Programs to drag to the map</summary>
      <ul>
        {state.programs.value.map(({ id, title, inputs: { source } }) => (
          <li key={id} draggable onDragStart={() => (attaching.dragged.value = { source, from: null })} onDragEnd={() => (attaching.dragged.value = null)}>
            <span class="grow ell">{title}</span>
            <span class="dim m ell">{ownHook(source)}</span>
            <button type="button" class="btn sm" aria-label={`Attach ${title}`} onClick={() => attaching.attach(source, null)}>
              Attach
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function Attached() {
  const all = state.attachments.value;
  return (
    <section class="att" aria-label="Attached programs">
      <h3>Attached{all.length > 1 ? ", in the order they run" : ""}</h3>
      {all.length === 0 ? <p class="dim">Nothing is attached: every packet goes its way. Choose a + on the map, or drag a program to it.</p> : null}
      <ol class="atts">
        {all.map((_, n) => (
          <One key={n} n={n} />
        ))}
      </ol>
      <p class="dim" role="status" aria-live="polite">
        {attaching.said.value}
      </p>
      <AttachOne here={false} />
      <Shelf />
    </section>
  );
}
