// A race, a round at a time: each answer brings the times so far, and the next question takes them along.
import { api, RequestFailed } from "../api.ts";
import type { RaceReply } from "../schemas.ts";
import * as state from "./state.ts";
import * as time from "./time.ts";

export async function startRace(): Promise<void> {
  const open = state.opened.peek();
  if (open === null || state.racing.peek()) return;
  state.racing.value = true;
  state.race.value = null;
  state.raceFailure.value = null;
  const message = { inputs: open.inputs, packet: time.packet.peek(), runs: 0, samples: [] as { engine: string; ns: number[] }[] };
  try {
    for (;;) {
      const answer = await api.native<RaceReply>("race", message);
      if (!state.racing.peek()) return;
      state.race.value = answer;
      message.runs = answer.runs;
      message.samples = answer.lanes.map(({ engine, ns }) => ({ engine, ns }));
      if (answer.rounds >= answer.of) return;
    }
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    state.raceFailure.value = error.failure;
  } finally {
    state.racing.value = false;
  }
}

/** What was run so far stays. */
export function stopRace(): void {
  state.racing.value = false;
}
