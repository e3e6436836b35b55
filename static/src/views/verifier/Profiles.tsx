// The same program for another loader: what becomes of it there, and what Linux does otherwise for whom.
import { signal } from "@preact/signals";
import * as actions from "../../actions.ts";
import { useEffect } from "preact/hooks";
import { isFailure } from "../../api.ts";
import type { LoaderRef, ProgramVerdict, VerdictReply } from "../../schemas.ts";
import * as select from "../../select.ts";
import { act, state } from "../../store.ts";
import { ask } from "../../transport.ts";
import * as verdict from "../../verdict.ts";
import { holds, isAbout } from "../../verifier/loaders.ts";
import * as walk from "../../verifier/walk.ts";
import { plural } from "../words.ts";

const other = signal<{ key: string; found: ProgramVerdict } | null>(null);

async function compare(profile: verdict.Profile, key: string): Promise<void> {
  const { inputs, revision } = state.peek();
  const reply = await ask<VerdictReply>("verdict", { source: inputs.source, hook: inputs.hook, profile, limit: walk.WALK_LIMIT, revision });
  if (reply === null || isFailure(reply)) return;
  const found = reply.programs[walk.program.peek()];
  if (found !== undefined) other.value = { key, found };
}

function difference(mine: ProgramVerdict, its: ProgramVerdict): string {
  if (its.stopped) return `There it is not decided after ${plural(its.processed, "instruction")}.`;
  if (mine.accepted !== its.accepted) return its.accepted ? "There it would be accepted." : `There it would be rejected: ${its.error || its.what}`;
  if (!its.accepted && mine.error !== its.error) return `There Linux says: ${its.error}`;
  const more = its.processed - mine.processed;
  return more === 0 ? "Nothing changes." : `The verdict is the same; it takes ${plural(Math.abs(more), `${more > 0 ? "more" : "fewer"} instruction`)}.`;
}

/** Puts the example in place of the program; undo brings it back. */
function show({ title, example }: LoaderRef): void {
  act(actions.setInputs, { source: `.hook xdp\n${example}`, hook: "xdp" }, "the example");
  act(actions.toast, `An example: ${title.charAt(0).toLowerCase()}${title.slice(1)}.`, true);
}

function Difference({ row, to, found }: { row: LoaderRef; to: verdict.Profile; found: ProgramVerdict | null }) {
  const here = walk.walk.value?.verdict.error ?? "";
  const about = isAbout(row, found?.error ?? "") || isAbout(row, here);
  return (
    <li class={about ? "cur" : ""}>
      <details open={about}>
        <summary>
          {row.title}
          {about ? <span class="chip2">this program</span> : null}
        </summary>
        <p>{holds(row, to)}</p>
        <p class="dim">{row.doc}</p>
        <button type="button" class="btn sm" onClick={() => show(row)}>
          Try an example of it
        </button>
      </details>
    </li>
  );
}

/** What changes where one changes to that loader: a row for each thing that Linux trusts one with and not the other. */
function Differences({ to, found }: { to: (typeof verdict.PROFILES)[number]; found: ProgramVerdict | null }) {
  const rows = select.reference.value?.loaders ?? [];
  if (rows.length === 0) return null;
  return (
    <>
      <h3>What changes as {to.name}</h3>
      <ul class="differs">
        {rows.map((row) => (
          <Difference key={`${row.title}:${to.id}`} row={row} to={to.id} found={found} />
        ))}
      </ul>
    </>
  );
}

export function Profiles() {
  const mine = walk.walk.value?.verdict;
  const to = verdict.PROFILES.find(({ id }) => id !== verdict.profile.value)!;
  const key = `${walk.walk.value?.walk}:${to.id}`;
  useEffect(() => {
    if (mine !== undefined && !walk.stale.peek()) void compare(to.id, key);
  }, [key]);
  if (mine === undefined) return null;
  const found = other.value?.key === key ? other.value.found : null;
  return (
    <>
      <h3>Loaded by somebody else</h3>
      <p>
        {to.doc}. {found === null ? "" : <b>{difference(mine, found)}</b>}
      </p>
      <button type="button" class="btn sm" onClick={() => verdict.setProfile(to.id)}>
        Verify as {to.name}
      </button>
      <Differences to={to} found={found} />
    </>
  );
}
