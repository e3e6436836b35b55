// The paths of the walk as a tree of links: where each forked off, and how it ended.
import type { WalkPath } from "../../schemas.ts";
import { PATH_END, pathSaid, placeOf } from "../../verifier/paths.ts";
import * as walk from "../../verifier/walk.ts";
import { plural } from "../words.ts";

const MOST = 300;
const TONE: Readonly<Record<WalkPath["end"], string>> = { exit: "t-pass", barred: "dim", pruned: "dim", rejected: "t-drop", open: "dim" };

function depthsOf(paths: readonly WalkPath[]): ReadonlyMap<number, number> {
  const depths = new Map<number, number>();
  for (const { id, parent } of paths) depths.set(id, parent === 0 ? 0 : (depths.get(parent) ?? 0) + 1);
  return depths;
}

export function PathList() {
  const now = walk.walk.value;
  if (now === null) return null;
  const depths = depthsOf(now.paths);
  const current = now.paths_of[walk.at.value];
  const never = now.forks.filter(({ child }) => child === null);
  const go = (index: number) => walk.seek(placeOf(now.indexes, index));
  return (
    <div class="plist">
      {now.path_count > MOST ? <p class="meta">The first {MOST} of {plural(now.path_count, "path")}</p> : null}
      <ol>
        {now.paths.slice(0, MOST).map((path) => (
          <li key={path.id} style={{ marginLeft: `${Math.min(depths.get(path.id) ?? 0, 12) * 14}px` }} class={path.id === current ? "cur" : ""}>
            <button type="button" class="go" aria-current={path.id === current ? "true" : undefined} title={pathSaid(path)} onClick={() => go(path.first)}>
              path {path.id}
            </button>{" "}
            <span class="dim m">
              pc {path.pc}, steps {path.first.toLocaleString("en")}
              {path.last === path.first ? "" : ` to ${path.last.toLocaleString("en")}`}
            </span>{" "}
            <button type="button" class={`go ${TONE[path.end]}`} onClick={() => go(path.last)}>
              {PATH_END[path.end]}
            </button>{" "}
            {path.by === null ? null : (
              <button type="button" class="go dim" onClick={() => go(path.by ?? 1)}>
                covered by step {path.by.toLocaleString("en")}
              </button>
            )}
            {path.speculative ? <span class="dim"> speculative</span> : null}
          </li>
        ))}
      </ol>
      {never.length === 0 ? null : (
        <>
          <p class="fr-h">Saved and never tried</p>
          <ul>
            {never.slice(0, MOST).map(({ step, pc, other }, i) => (
              <li key={i}>
                <button type="button" class="go" onClick={() => go(step)}>
                  step {step.toLocaleString("en")}
                </button>{" "}
                <span class="dim m">
                  pc {pc}: the way to pc {other}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
