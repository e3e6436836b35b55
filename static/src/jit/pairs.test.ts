import assert from "node:assert/strict";
import { test } from "node:test";
import type { LinuxPairView, NativeFunctionView, NativeInsnView } from "../schemas.ts";
import { pairsOf } from "./pairs.ts";

const insn = (at: number): NativeInsnView => ({ at, code: "90", text: "nop", symbol: "", blank: null });
const group = (pc: number, ...at: number[]) => ({ pc, text: "", line: null, rewritten: "" as const, say: "", became: [], proved: "", check: "" as const, knows: "", takes: 0, insns: at.map(insn) });
const pair = (ours: number | null, linux: number | null): LinuxPairView => ({ ours, linux: linux === null ? null : insn(linux), differs: ours === linux ? "" : "other" });

test("every pair stands in the group of ours; what Linux has more, in the one before it", () => {
  const func: NativeFunctionView = { name: "f", size: 3, groups: [group(0, 0, 1), group(1, 2)] };
  const linux = { size: 4, pairs: [pair(0, 0), pair(null, 1), pair(1, 2), pair(2, null), pair(null, 3)] };
  const rows = pairsOf(func, linux);
  assert.deepEqual(rows.map((part) => part.map(({ ours, pair: { linux: found } }) => [ours?.at ?? null, found?.at ?? null])), [
    [[0, 0], [null, 1], [1, 2]],
    [[2, null], [null, 3]],
  ]);
  assert.equal(pairsOf(func, linux), rows);
});
