// Keeps the place of someone who edits: taken when a new program arrives, followed through further edits, let go of when
// its run is there.
import * as actions from "./actions.ts";
import { editorCommands } from "./editor/port.ts";
import { resume, type Anchor } from "./resume.ts";
import type { CheckReply } from "./schemas.ts";
import * as select from "./select.ts";
import type { Cursor } from "./state.ts";
import { act, state } from "./store.ts";
import { stepsOf, windowFor } from "./trace.ts";

let held: { anchor: Anchor; cursor: Cursor } | null = null;
/** The revision that the instructions in the editor are of. */
let programs = -1;

function here(): Anchor | null {
  const { run, cursor } = state.peek();
  const { snapshot } = select.here.peek();
  if (run === null || snapshot === null || !select.exact.peek()) return null;
  if (cursor.step === 0) return { at: "start" };
  if (cursor.step === stepsOf({ run }, cursor.packet)) return { at: "end" };
  return { at: "line", step: cursor.step, program: snapshot.program, pc: snapshot.pc };
}

/** Takes in a check whose program can run: the place moves with its line from the old program into the new one. */
export function follow(reply: CheckReply): void {
  const { run, cursor } = state.peek();
  if (run?.revision === programs) {
    const anchor = here();
    held = anchor === null ? null : { anchor, cursor };
  }
  const anchor = held?.anchor;
  const line = anchor?.at === "line" && anchor.pc !== null ? editorCommands.lineOf(anchor.program, anchor.pc) : null;
  act(actions.checked, reply);
  programs = reply.revision;
  if (held === null || anchor?.at !== "line") return;
  const pc = line === null ? null : (select.slotOfLine.peek().get(line)?.pc ?? null);
  held = { ...held, anchor: { ...anchor, pc } };
}

/** Goes back to the place, now that the new run is there; someone who has moved meanwhile stays at `cursor`. */
export function settle(cursor: Cursor): void {
  const now = state.peek();
  const kept = held;
  held = null;
  if (kept === null || kept.cursor !== cursor) return;
  const { packet } = now.cursor;
  const line = kept.anchor.at === "line" && kept.anchor.pc !== null ? select.lineOfPc.peek().get(kept.anchor.pc) : undefined;
  const { step, notice } = resume(kept.anchor, stepsOf(now, packet), windowFor(now, now.cursor), line);
  act(actions.moveTo, { packet, step }, notice);
}
