import assert from "node:assert/strict";
import test from "node:test";
import { formatsFor, formatted, TYPED } from "./formats.ts";

test("the same bytes in other words", () => {
  assert.equal(formatted("ipv4", "cb007107", ""), "203.0.113.7");
  assert.equal(formatted("le", "cb007107", ""), "124846283");
  assert.equal(formatted("be", "cb007107", ""), "3405803783");
  assert.equal(formatted("signed", "feffffffffffffff", ""), "-2");
  assert.equal(formatted("le", "ffffffffffffffff", ""), "18446744073709551615");
  assert.equal(formatted("mac", "525400abcdef", ""), "52:54:00:ab:cd:ef");
  assert.equal(formatted("hex", "cb007107", ""), "cb 00 71 07");
  assert.equal(formatted("text", "68690a00ff", ""), '"hi·"');
});

test("IPv6 shortens its longest run of zeros", () => {
  assert.equal(formatted("ipv6", "20010db8000000000000000000000020", ""), "2001:db8::20");
  assert.equal(formatted("ipv6", "00000000000000000000000000000001", ""), "::1");
  assert.equal(formatted("ipv6", "20010db8000000010000000000000000", ""), "2001:db8:0:1::");
});

test("only formats that fit the size are offered, and what does not fit falls back to the type's text", () => {
  assert.deepEqual(formatsFor(4, "ipv4")[0], { id: TYPED, title: "ipv4" });
  assert.ok(!formatsFor(8, null).some(({ id }) => id === "ipv4"));
  assert.deepEqual(formatsFor(8, null)[0]?.title, "u64");
  assert.equal(formatted("ipv4", "0a00000000000000", "10"), "10");
  assert.equal(formatted(TYPED, "0a", "ten"), "ten");
});
