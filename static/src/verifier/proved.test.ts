import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownPlace, RegView, ScalarView, ValueView } from "../schemas.ts";
import { has, offsetOf, provedOf } from "./proved.ts";

const BYTE: ScalarView = {
  value: "0x0000000000000000",
  mask: "0x00000000000000ff",
  smin: "0",
  smax: "255",
  umin: "0",
  umax: "255",
  smin32: 0,
  smax32: 255,
  umin32: 0,
  umax32: 255,
};

function reg(changes: Partial<RegView>): RegView {
  return { kind: "num", text: "", note: "", kernel: "", precise: false, null: false, id: 0, low: null, high: null, size: null, scalar: null, ...changes };
}

function value(kind: ValueView["kind"], word: number, text = ""): ValueView {
  return { kind, text, note: "", word: `0x${word.toString(16).padStart(16, "0")}` };
}

function standing(part: RegView, held: ValueView, changes: Partial<KnownPlace> = {}, whole = true): string | undefined {
  const place: KnownPlace = { pc: 0, regs: [{ values: [0], unset: false }], unfollowed: [], ...changes };
  return provedOf({ values: [part], whole }, place, 0, held)?.standing;
}

test("a word is in a number if its bits and all its ranges allow it", () => {
  assert.ok(has(BYTE, 0n));
  assert.ok(has(BYTE, 255n));
  assert.ok(!has(BYTE, 256n));
  assert.ok(!has({ ...BYTE, mask: "0x00000000000000fe" }, 1n));
  assert.ok(!has({ ...BYTE, smax32: 7 }, 8n));
  const negative = { ...BYTE, mask: "0xffffffffffffffff", smin: "-2", smax: "-1", umin: "0", umax: ((1n << 64n) - 1n).toString(), smin32: -2, smax32: -1, umax32: 2 ** 32 - 1 };
  assert.ok(has(negative, (1n << 64n) - 1n));
  assert.ok(!has(negative, 1n));
});

test("the offset a run's pointer names", () => {
  assert.equal(offsetOf("pkt +26"), 26);
  assert.equal(offsetOf("fp -4"), -4);
  assert.equal(offsetOf("syn_count[203.0.113.7]"), 0);
  assert.equal(offsetOf("10"), null);
});

test("a value inside, outside, and one that no check depends on", () => {
  assert.equal(standing(reg({ scalar: BYTE }), value("num", 7)), "inside");
  assert.equal(standing(reg({ scalar: BYTE }), value("num", 700)), "outside");
  assert.equal(standing(reg({ scalar: BYTE }), value("num", 700), { unfollowed: [0] }), "unfollowed");
  assert.equal(standing(reg({ scalar: BYTE }), value("num", 700), { regs: [{ values: [0], unset: true }] }), "unfollowed");
});

test("nothing is claimed of a walk that was refused or is not all there", () => {
  assert.equal(standing(reg({ scalar: BYTE }), value("num", 700), {}, false), "unknown");
});

test("pointers: their kind, their offset, and null where it may be", () => {
  const packet = reg({ kind: "pkt", low: "18", high: "18" });
  assert.equal(standing(packet, value("pkt", 4_096, "pkt +18")), "inside");
  assert.equal(standing(packet, value("pkt", 4_096, "pkt +19")), "outside");
  assert.equal(standing(packet, value("num", 3)), "outside");
  assert.equal(standing({ ...packet, scalar: BYTE }, value("pkt", 4_096, "pkt +90")), "inside");
  const maybe = reg({ kind: "map", low: "0", high: "0", null: true });
  assert.equal(standing(maybe, value("num", 0)), "inside");
  assert.equal(standing({ ...maybe, null: false }, value("num", 0)), "outside");
  assert.equal(standing({ ...maybe, null: false }, value("map", 77, "counts[6]")), "inside");
});

test("several kinds from several paths: one that fits is enough", () => {
  const place: KnownPlace = { pc: 0, regs: [{ values: [0, 1], unset: false }], unfollowed: [] };
  const values = [reg({ kind: "pkt", low: "0", high: "0" }), reg({ scalar: BYTE })];
  assert.equal(provedOf({ values, whole: true }, place, 0, value("num", 9))?.standing, "inside");
  assert.equal(provedOf({ values, whole: true }, place, 5, value("num", 9)), null);
});
