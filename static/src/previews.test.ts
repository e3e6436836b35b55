import assert from "node:assert/strict";
import test from "node:test";
import { RUN } from "./fixtures/syn_guard.ts";
import { interesting, outcome } from "./previews.ts";
import type { PacketRun } from "./schemas.ts";

const [drop, pass] = RUN.packets as [PacketRun, PacketRun];
const passes = [{ ...pass, index: 0, steps: 3 }, { ...pass, index: 1, steps: 30 }];

test("the packet worth drawing did not just pass; else it is the one that ran longest", () => {
  assert.equal(interesting([...passes, { ...drop, index: 2 }]), 2);
  assert.equal(interesting(passes), 1);
});

test("what became of the packets, the rarest first", () => {
  assert.equal(outcome([...passes, drop]), "1 dropped, 2 passed");
  assert.equal(outcome(passes), "2 passed");
});
