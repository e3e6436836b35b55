import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegView, ScalarView } from "../schemas.ts";
import { barOf, bitsOf, boundsSaid, dotOf, isSigned, onAxis, pointerBar, tellingBits, TICKS } from "./ranges.ts";

const U64 = ((1n << 64n) - 1n).toString();

export function scalar(changes: Partial<ScalarView> = {}): ScalarView {
  return {
    value: "0x0000000000000000",
    mask: "0xffffffffffffffff",
    smin: (-(1n << 63n)).toString(),
    smax: ((1n << 63n) - 1n).toString(),
    umin: "0",
    umax: U64,
    smin32: -(2 ** 31),
    smax32: 2 ** 31 - 1,
    umin32: 0,
    umax32: 2 ** 32 - 1,
    ...changes,
  };
}

function reg(changes: Partial<RegView>): RegView {
  return { kind: "pkt", text: "", note: "", kernel: "", precise: false, null: false, id: 0, low: "0", high: "0", size: 0, scalar: null, ...changes };
}

test("the axis is doubly logarithmic: from 0 to 64 bits, and always rising", () => {
  assert.equal(onAxis(0n), 0);
  assert.ok(Math.abs(onAxis(BigInt(U64)) - 1) < 1e-9);
  const places = [1n, 9n, 255n, 65_535n, 1n << 32n, 1n << 63n].map(onAxis);
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
  assert.deepEqual(TICKS.map(({ text }) => text), ["u8", "u16", "u32", "u64"]);
  assert.ok(TICKS[0]!.at > 0.4 && TICKS[0]!.at < 0.6);
});

test("a range of unsigned numbers begins and ends where they are", () => {
  const bar = barOf(scalar({ umin: "10", umax: "65535", smin: "10", smax: "65535" }));
  assert.equal(bar.mirrored, false);
  assert.equal(bar.from, onAxis(10n));
  assert.equal(bar.to, onAxis(65_535n));
});

test("anything at all is told unsigned; a range over 0 is mirrored there", () => {
  assert.equal(isSigned(scalar()), false);
  const small = scalar({ smin: "-4", smax: "4" });
  assert.equal(isSigned(small), true);
  const bar = barOf(small);
  assert.ok(Math.abs(bar.from + bar.to - 1) < 1e-9);
  assert.equal(dotOf(small, 0n), 0.5);
  assert.equal(dotOf(small, BigInt.asUintN(64, -4n)), bar.from);
});

test("a packet pointer stands among the bytes that are proved, and those that are not", () => {
  const bar = pointerBar(reg({ low: "18", high: "18", size: 27 }))!;
  assert.equal(bar.start, 0);
  assert.ok(bar.proved > bar.low && bar.proved < 1);
  const beyond = pointerBar(reg({ low: "27", high: "27", size: 0 }))!;
  assert.equal(beyond.proved, 0);
  assert.ok(beyond.low < 1);
});

test("the stack is measured from its top, a map value by its size; the rest has no end", () => {
  assert.equal(pointerBar(reg({ kind: "stk", size: null }))?.high, 1);
  assert.equal(pointerBar(reg({ kind: "map", size: 8, low: "4", high: "4" }))?.low, 0.5);
  assert.equal(pointerBar(reg({ kind: "ctx", size: null })), null);
  assert.equal(pointerBar(reg({ low: null, high: null })), null);
});

test("bits, the highest first, and how many of them tell something", () => {
  const known = { value: "0x0000000000000008", mask: "0x0000000000000003" };
  assert.equal(bitsOf(known, 8).join(""), "000010??");
  assert.equal(bitsOf(known).length, 64);
  assert.equal(tellingBits(known), 16);
  assert.equal(tellingBits({ ...known, mask: "0x00000000ffff0000" }), 32);
});

test("all bounds in words", () => {
  const said = boundsSaid(scalar({ umax: "65535", mask: "0x000000000000ffff" }));
  assert.match(said, /unsigned 0 to 65,535/);
  assert.match(said, /ffff unknown/);
});
