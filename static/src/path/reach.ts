// Arrow keys on the map: from a station to the nearest one in that direction.
import type { StationView } from "../schemas.ts";

export const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

type Place = Pick<StationView, "id" | "x" | "y">;

/** How much worse a station is for every unit that it lies aside. */
const ASIDE = 2.5;

/** The station that an arrow leads to; null at the edge of the map. */
export function reached(all: readonly Place[], from: Place, [dx, dy]: readonly [number, number]): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const { id, x, y } of all) {
    const ahead = (x - from.x) * dx + (y - from.y) * dy;
    const aside = Math.abs((x - from.x) * dy) + Math.abs((y - from.y) * dx);
    if (ahead <= 0 || aside > 2 * ahead) continue;
    const cost = ahead + ASIDE * aside;
    if (cost < least) [best, least] = [id, cost];
  }
  return best;
}
