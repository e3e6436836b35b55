import assert from "node:assert/strict";
import { test } from "node:test";
import { DATA, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { nameOf, relate, UNRELATED, watchOf, within, type Link } from "./related.ts";

const SADDR: Link = { kind: "pkt", off: DATA + 27, size: 1 };
const CELL: Link = { kind: "map", map: 0, name: "syn_count", key: "cb007107", keyText: "203.0.113.7" };

test("a byte knows the instructions that read it", () => {
  const found = relate(SADDR, WINDOW_REPLY, 0);
  assert.deepEqual([...found.pcs], [10]);
  assert.deepEqual([...found.steps], [10]);
  assert.ok(within(found.packet, DATA + 27));
  assert.ok(!within(found.packet, DATA + 28));
});

test("an instruction knows the bytes it read and the register it wrote", () => {
  const found = relate({ kind: "pc", pc: 10 }, WINDOW_REPLY, 22);
  assert.ok(within(found.packet, DATA + 26, 4));
  assert.deepEqual([...found.registers], [3]);
});

test("a stack byte knows who wrote and who read it", () => {
  assert.deepEqual([...relate({ kind: "stk", frame: 0, off: -2, size: 1 }, WINDOW_REPLY, 0).pcs], [11, 16]);
});

test("a map cell knows its steps", () => {
  assert.deepEqual([...relate(CELL, WINDOW_REPLY, 0).pcs], [19]);
});

test("nothing linked, nothing lit; and a link does without a trace", () => {
  assert.equal(relate(null, WINDOW_REPLY, 0), UNRELATED);
  assert.deepEqual([...relate({ kind: "reg", n: 3 }, undefined, 0).registers], [3]);
});

test("watches and names count packet bytes from data", () => {
  assert.equal(watchOf({ kind: "pkt", off: DATA + 26, size: 4 }, DATA), "pkt+26:4");
  assert.equal(watchOf({ kind: "stk", frame: 0, off: -4, size: 4 }, DATA), "fp-4:4");
  assert.equal(watchOf(CELL, DATA), "syn_count[203.0.113.7]");
  assert.equal(watchOf({ kind: "reg", n: 1 }, DATA), "r1");
  assert.equal(watchOf({ kind: "pc", pc: 1 }, DATA), null);
  assert.equal(nameOf(SADDR, DATA), "packet byte 27");
});
