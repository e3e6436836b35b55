// Where continuing stops, found in the windows at hand. "unknown" means: ask the server.
import { helperIn } from "./parts.ts";
import type { StepView, StopReply, StopRequest } from "./schemas.ts";
import { type Cursor, type State } from "./state.ts";
import { stepAt, stepsOf } from "./trace.ts";

type Trace = Pick<State, "run" | "windows">;

/** How far a local search may go, in steps, before it is the server's. */
const FAR = 8_192;

interface Search {
  trace: Trace;
  from: Cursor;
  depth: number;
  request: Pick<StopRequest, "until" | "pcs">;
}

/** A helper is named in what is told of its call; a call of the program's own enters a frame. */
function calledHelper({ did, mark, changes }: StepView): boolean {
  return helperIn(did) !== null || (mark?.kind === "call" && !changes.some(({ k }) => k === "frame"));
}

function did(step: StepView, until: StopRequest["until"]): boolean {
  const mark = step.mark;
  if (until === "helper") return calledHelper(step);
  if (until === "branch") return mark?.kind === "branch";
  if (until === "map-write") return step.changes.some((change) => change.k === "map");
  return false;
}

/** Whether state `step` is a place to stop at. `next` is the step about to run there, `done` the one that led there. */
function stopsAt(search: Search, done: StepView | undefined, next: StepView | undefined): boolean {
  const { until, pcs } = search.request;
  switch (until) {
    case "over":
      return next === undefined || next.depth <= search.depth;
    case "into":
      return true;
    case "out":
      return next !== undefined && next.depth < search.depth;
    case "breakpoint":
      return next !== undefined && pcs.includes(next.pc);
    case "end":
    case "return":
      return false;
    default:
      return done !== undefined && did(done, until);
  }
}

const WHY: Readonly<Record<StopRequest["until"], string>> = {
  breakpoint: "breakpoint",
  over: "",
  into: "",
  out: "back in the caller",
  helper: "helper call",
  "map-write": "map write",
  branch: "branch",
  return: "return",
  end: "end of the run",
};

/**
 * The answer to a stop request without conditions or watches, as far as the loaded windows tell: the same packet only,
 * and its two ends count as stops. Continuing to breakpoints past an end is the server's to answer.
 */
export function findStop(trace: Trace, request: StopRequest): StopReply | "unknown" {
  const { packet, step, direction, until } = request;
  if (request.watches.length > 0 || Object.keys(request.conditions).length > 0 || until === "return") return "unknown";
  const total = stepsOf(trace, packet);
  const by = direction === "forward" ? 1 : -1;
  if (until === "end") return { packet, step: by > 0 ? total : 0, why: WHY.end };
  const depth = stepAt(trace, { packet, step })?.depth ?? 0;
  const search: Search = { trace, from: { packet, step }, depth, request };
  for (let k = step + by, far = 0; far < FAR; k += by, far += 1) {
    if (k <= 0 || k >= total) return atEnd(until, packet, Math.max(0, Math.min(k, total)));
    const next = stepAt(trace, { packet, step: k });
    const done = stepAt(trace, { packet, step: k - 1 });
    if (next === undefined || done === undefined) return "unknown";
    if (stopsAt(search, done, next)) return { packet, step: k, why: WHY[until] };
  }
  return "unknown";
}

function atEnd(until: StopRequest["until"], packet: number, step: number): StopReply | "unknown" {
  return until === "breakpoint" ? "unknown" : { packet, step, why: "" };
}
