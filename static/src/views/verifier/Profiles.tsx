// The same program for another loader: what changes.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isFailure } from "../../api.ts";
import type { ProgramVerdict, VerdictReply } from "../../schemas.ts";
import { state } from "../../store.ts";
import { ask } from "../../transport.ts";
import * as verdict from "../../verdict.ts";
import * as walk from "../../verifier/walk.ts";
import { plural } from "../words.ts";

const other = signal<{ key: string; found: ProgramVerdict } | null>(null);

async function compare(profile: verdict.Profile, key: string): Promise<void> {
  const { inputs, revision } = state.peek();
  const reply = await ask<VerdictReply>("verdict", { source: inputs.source, hook: inputs.hook, profile, limit: walk.limit.peek(), revision });
  if (reply === null || isFailure(reply)) return;
  const found = reply.programs[walk.program.peek()];
  if (found !== undefined) other.value = { key, found };
}

function difference(mine: ProgramVerdict, its: ProgramVerdict): string {
  if (mine.accepted !== its.accepted) return its.accepted ? "There it would be accepted." : `There it would be rejected: ${its.error || its.what}`;
  if (!its.accepted && mine.error !== its.error) return `There Linux says: ${its.error}`;
  const more = its.processed - mine.processed;
  return more === 0 ? "Nothing changes." : `The verdict is the same; it takes ${plural(Math.abs(more), `${more > 0 ? "more" : "fewer"} instruction`)}.`;
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
    </>
  );
}
