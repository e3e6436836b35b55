import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePlace, encodePlace, type WalkPlace } from "./link.ts";
import type { Link } from "./related.ts";

const WALK: WalkPlace = { step: 48, program: 1, profile: "no-perfmon", far: true, allPaths: true, pathList: true };
const PLAIN: WalkPlace = { step: null, program: null, profile: "root", far: false, allPaths: false, pathList: false };

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
    assert.deepEqual(decodePlace(encodePlace(15, 24, pin)), { packet: 15, step: 24, pin, walk: PLAIN });
  }
});

test("people count packets from 1", () => {
  assert.ok(encodePlace(15, 24, null).startsWith("#p=16&s=24"));
});

test("anything else in the fragment is no place, and no error", () => {
  for (const text of ["", "#", "#main", "#p=0", "#p=-1&s=x", "#pin=reg:x", "#pin=map:1", "#p=99999999999", "#pin=stk:1:2"]) {
    const { packet, step, pin } = decodePlace(text);
    assert.deepEqual({ packet, step, pin }, { packet: null, step: null, pin: null }, text);
  }
});

test("the place in the verifier's walk survives the way through a URL", () => {
  for (const walk of [WALK, PLAIN, { ...PLAIN, step: 3 }, { ...PLAIN, pathList: true }, { ...PLAIN, profile: "no-perfmon" as const }]) {
    assert.deepEqual(decodePlace(encodePlace(0, 0, null, walk.profile, walk)).walk, walk);
  }
  assert.equal(encodePlace(15, 24, null, "root", PLAIN), "#p=16&s=24");
  assert.equal(encodePlace(15, 24, null, "no-perfmon"), "#p=16&s=24&as=no-perfmon");
});

test("an address that says nothing of a place leaves the loader as it was chosen last", () => {
  assert.equal(decodePlace("").walk, null);
  assert.equal(decodePlace("#main").walk, null);
  assert.deepEqual(decodePlace("#p=1&s=0&v=-1&vp=x&as=nobody&see=&far=2").walk, PLAIN);
});
