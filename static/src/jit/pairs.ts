// Linux's instructions beside ours, sorted into the groups of ours: one that Linux has more goes to what stands before it.
import type { LinuxFunctionView, LinuxPairView, NativeFunctionView, NativeInsnView } from "../schemas.ts";

export interface Row {
  ours: NativeInsnView | undefined;
  pair: LinuxPairView;
}

const memo = new WeakMap<LinuxFunctionView, { func: NativeFunctionView; rows: Row[][] }>();

/** By the place of a group in its function, its rows. */
export function pairsOf(func: NativeFunctionView | undefined, linux: LinuxFunctionView | undefined): Row[][] {
  if (func === undefined || linux === undefined) return [];
  const known = memo.get(linux);
  if (known?.func === func) return known.rows;
  const rows: Row[][] = func.groups.map(() => []);
  const found = new Map(func.groups.flatMap((group, place) => group.insns.map((insn) => [insn.at, { insn, place }] as const)));
  let place = 0;
  for (const pair of linux.pairs) {
    const ours = pair.ours === null ? undefined : found.get(pair.ours);
    place = ours?.place ?? place;
    rows[place]?.push({ ours: ours?.insn, pair });
  }
  memo.set(linux, { func, rows });
  return rows;
}
