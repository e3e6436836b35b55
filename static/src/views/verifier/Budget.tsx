// What the walk has cost, against what Linux allows.
import { walkedOf } from "../../verifier/underWay.ts";
import * as walk from "../../verifier/walk.ts";

const STACK = 512;
const FRAMES = 8;

interface Meter {
  name: string;
  now: number;
  total: number;
  most: number;
  note: string;
}

function meters(): Meter[] {
  const found = walk.walk.value;
  const here = walk.here.value;
  if (found === null) return [];
  const { total_states: states, stack, depth } = found.verdict;
  const processed = walkedOf(found.verdict);
  const step = here?.step;
  return [
    { name: "instructions", now: step?.index ?? 0, total: processed, most: 1_000_000, note: "of 1,000,000" },
    { name: "states kept", now: step?.kept ?? 0, total: states, most: Math.max(states, 64), note: "" },
    { name: "stack", now: step?.stack ?? 0, total: stack, most: STACK, note: `of ${STACK} bytes` },
    { name: "call depth", now: here?.frames.length ?? 0, total: depth, most: FRAMES, note: `of ${FRAMES} frames` },
  ];
}

/** Small shares stay visible: the bar is logarithmic where the limit is far. */
function share(value: number, most: number): number {
  return most > 10_000 ? Math.log(1 + value) / Math.log(1 + most) : value / most;
}

export function Budget() {
  const all = meters();
  if (all.length === 0) return null;
  return (
    <>
      <h3>What it cost</h3>
      <dl class="budget">
        {all.map(({ name, now, total, most, note }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span class="bar" aria-hidden="true">
                <i style={{ width: `${100 * share(total, most)}%` }} />
                <b style={{ width: `${100 * share(now, most)}%` }} />
              </span>
              <span>
                <b>{total.toLocaleString("en")}</b>
                {note === "" ? "" : ` ${note}`}
                {now === total ? "" : `, ${now.toLocaleString("en")} so far`}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
