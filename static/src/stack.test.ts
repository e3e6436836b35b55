import assert from "node:assert/strict";
import test from "node:test";
import { STEPS, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { stateAt } from "./fold.ts";
import { before, pastOf } from "./past.ts";
import { spilled, stackRows, writtenBytes } from "./stack.ts";

const KEY_STEP = STEPS.findIndex(({ pc }) => pc === 11);

function rows(step: number) {
  const frame = stateAt(WINDOW_REPLY, step).frames[0]!;
  const previous = step > 0 ? stateAt(WINDOW_REPLY, step - 1).frames[0] : undefined;
  return stackRows(frame, previous, before(pastOf(WINDOW_REPLY).stackWrites, step));
}

test("nothing is shown before the first write", () => {
  assert.deepEqual(rows(KEY_STEP), []);
  assert.equal(writtenBytes(stateAt(WINDOW_REPLY, KEY_STEP).frames[0]!), 0);
});

test("the row of a write shows its bytes, who wrote them, and that they just changed", () => {
  const [row] = rows(KEY_STEP + 1);
  assert.equal(row?.off, -8);
  assert.deepEqual(row?.cells.map(({ byte }) => byte), [null, null, null, null, "cb", "00", "71", "07"]);
  assert.deepEqual(row?.cells.map(({ changed }) => changed), [false, false, false, false, true, true, true, true]);
  assert.equal(row?.writes[0]?.pc, 11);
  assert.equal(rows(KEY_STEP + 2)[0]?.cells.some(({ changed }) => changed), false);
});

test("a write names the register it came from, wide values by what they point at", () => {
  const write = { step: 0, pc: 0, frame: 0, off: -8, size: 8, bytes: "1a00000000010000" };
  const pkt = { word: "0x000001000000001a", kind: "pkt" as const, text: "pkt +26", note: "" };
  const num = { ...pkt, kind: "num" as const, text: "1099511627802" };
  assert.equal(spilled(write, { registers: [num, pkt] })?.value.text, "pkt +26");
  assert.equal(spilled({ ...write, size: 4, bytes: "1a000000" }, { registers: [num] })?.value.text, "1099511627802");
  assert.equal(spilled({ ...write, size: 1, bytes: "1a" }, { registers: [num] }), null);
  assert.equal(spilled({ ...write, bytes: "ffffffffffffffff" }, { registers: [pkt] }), null);
});
