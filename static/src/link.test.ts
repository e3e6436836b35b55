import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePlace, encodePlace } from "./link.ts";
import type { Link } from "./related.ts";

const LINKS: Link[] = [
  { kind: "reg", n: 10 },
  { kind: "pc", pc: 25 },
  { kind: "step", step: 3 },
  { kind: "ctx", name: "ingress_ifindex" },
  { kind: "pkt", off: 282, size: 4 },
  { kind: "stk", frame: 1, off: -4, size: 4 },
  { kind: "map", map: 0, name: "syn_count", key: "cb007107", keyText: "2001:db8::1 & more" },
];

test("a place survives the address bar", () => {
  for (const pin of [null, ...LINKS]) {
    assert.deepEqual(decodePlace(encodePlace(15, 24, pin)), { packet: 15, step: 24, pin });
  }
});

test("people count packets from 1", () => {
  assert.ok(encodePlace(15, 24, null).startsWith("#p=16&s=24"));
});

test("anything else in the fragment is no place, and no error", () => {
  for (const text of ["", "#", "#main", "#p=0", "#p=-1&s=x", "#pin=reg:x", "#pin=map:1", "#p=99999999999", "#pin=stk:1:2"]) {
    assert.deepEqual(decodePlace(text), { packet: null, step: null, pin: null }, text);
  }
});
