// What was known at one instruction over all paths that came to it: joined, and path by path.
import { useEffect } from "preact/hooks";
import * as walk from "../../verifier/walk.ts";
import { visitsOf } from "../../verifier/paths.ts";
import { plural } from "../words.ts";
import { KnownRow } from "./Knew.tsx";

const MOST_LISTED = 100;

function Visits({ pc }: { pc: number }) {
  const now = walk.walk.value;
  if (now === null) return null;
  const places = visitsOf(now, pc);
  return (
    <>
      <p class="fr-h">
        {plural(places.length, "time")} at pc {pc}
        {places.length > MOST_LISTED ? `, the first ${MOST_LISTED}` : ""}
      </p>
      <ul class="visits">
        {places.slice(0, MOST_LISTED).map((place) => {
          const path = now.paths.find(({ id }) => id === now.paths_of[place]);
          const cut = path?.end === "pruned" && path.last === now.indexes[place];
          return (
            <li key={place}>
              <button type="button" class="go" aria-current={place === walk.at.value ? "step" : undefined} onClick={() => walk.seek(place)}>
                step {(now.indexes[place] ?? 0).toLocaleString("en")}, path {now.paths_of[place]}
              </button>{" "}
              <span class="dim">{cut ? `cut here: step ${path.by} covers it` : ""}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

export function AllPaths() {
  useEffect(() => void walk.fetchKnown(), [walk.walk.value?.walk]);
  const pc = walk.pc.value;
  const known = walk.known.value;
  const place = known?.places.find((one) => one.pc === pc);
  if (pc === null || known === null || place === undefined) return <p class="sb">The verifier has not come here.</p>;
  return (
    <>
      <div role="table" aria-label={`Registers at pc ${pc}, over all paths`}>
        {place.regs.flatMap((part, n) =>
          part.values.map((index, i) => {
            const reg = known.values[index];
            if (reg === undefined) return null;
            const name = part.values.length > 1 ? `r${n} (${i + 1})` : `r${n}`;
            return <KnownRow key={`${n}.${i}`} name={name} reg={part.unset ? { ...reg, note: "on some paths not set" } : reg} />;
          }),
        )}
      </div>
      {place.unfollowed.length === 0 ? null : (
        <p class="held">
          No check depends on {place.unfollowed.map((n) => `r${n}`).join(", ")} from here on: where a path was cut, other values were not followed.
        </p>
      )}
      <Visits pc={pc} />
    </>
  );
}
