import assert from "node:assert/strict";
import test from "node:test";
import { keptSaid } from "./keeping.ts";
import type { Failure } from "./schemas.ts";

const full: Failure = { code: "storage", message: "the server could not save this (its disk may be full or read-only)", hint: null, span: null };

const CASES = [
  ["untouched", "all", null, "Not changed yet", /^$/],
  ["saving", "all", null, "Saving", /^$/],
  ["saved", "all", null, "Saved", /^$/],
  ["saved", "nothing", null, "Saved", /^$/],
  ["local", "all", null, "Kept here", /^$/],
  ["offline", "all", null, "Offline (kept here)", /^$/],
  ["offline", "text", null, "Offline (kept here)", /^Kept in this browser only. Its packets are too many .* not kept. The server does not answer.$/],
  ["offline", "nothing", null, "Not kept", /^Not kept in this browser: .* Copy the text before you close this page.$/],
  ["refused", "all", full, "Kept here only", /^Kept in this browser only. The server could not save this \(its disk may be full or read-only\). It is tried again/],
  ["refused", "nothing", full, "Not kept", /switched off. The server could not save this .* Copy the text/],
  ["fleeting", "all", null, "Kept here only", /^Kept in this browser only. The server's disk cannot be written: the server forgets this program when it stops.$/],
  ["fleeting", "text", null, "Kept here only", /packets are too many/],
] as const;

for (const [saving, here, why, chip, told] of CASES) {
  test(`${saving}, with ${here} in this browser`, () => {
    const said = keptSaid(saving, here, why);
    assert.equal(said.chip, chip);
    assert.match(said.told, told);
  });
}
