// Long stretches of plain lines fold away in long functions: what Linux rewrote stays in sight.
import type { NativeGroupView } from "../schemas.ts";

/** Groups of a function in a row from `start` on, shown or folded into one line. */
export interface Piece {
  start: number;
  groups: NativeGroupView[];
  folded: boolean;
}

/** Functions of fewer lines are shown whole, and shorter stretches too. */
const LONG_FUNCTION = 60;
const LONG_STRETCH = 8;

export interface FoldOptions {
  folded: boolean;
  /** Whether the group at a place, in the stretch that begins at `start`, has to be seen. */
  keep: (place: number, start: number) => boolean;
}

function isPlain(group: NativeGroupView): boolean {
  return group.rewritten === "" && group.pc !== null && group.check !== "made" && group.check !== "needless" && group.check !== "dropped";
}

export function foldsOf(groups: readonly NativeGroupView[], { folded, keep }: FoldOptions): Piece[] {
  if (!folded || groups.length <= LONG_FUNCTION) return [{ start: 0, groups: [...groups], folded: false }];
  const pieces: Piece[] = [];
  groups.forEach((group, place) => {
    const last = pieces.at(-1);
    if (last?.folded === isPlain(group)) last.groups.push(group);
    else pieces.push({ start: place, groups: [group], folded: isPlain(group) });
  });
  return pieces.map((piece) => ({
    ...piece,
    folded: piece.folded && piece.groups.length >= LONG_STRETCH && !piece.groups.some((_, n) => keep(piece.start + n, piece.start)),
  }));
}
