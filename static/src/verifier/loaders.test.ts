import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoaderRef } from "../schemas.ts";
import { holds, isAbout } from "./loaders.ts";

const ROW: LoaderRef = {
  title: "The stack is indexed by constants only",
  trusted: "May be moved.",
  guarded: "Moves by constants.",
  doc: "",
  example: "",
  message: "R2 variable stack access prohibited for !root, var_off=(0x0; 0x7) off=-16",
};

test("a refusal is about the row whose message it is, whatever its registers, numbers and helpers", () => {
  assert.ok(isAbout(ROW, "R4 variable stack access prohibited for !root, var_off=(0x0; 0x1ff) off=-512"));
  assert.ok(!isAbout(ROW, "R4 leaks addr into map"));
  const helper = { ...ROW, message: "program of this type cannot use helper bpf_get_current_task#35" };
  assert.ok(isAbout(helper, "program of this type cannot use helper bpf_snprintf#165"));
  assert.ok(!isAbout({ ...ROW, message: "" }, ""));
});

test("what holds is said for the loader that is meant", () => {
  assert.equal(holds(ROW, "root"), "May be moved.");
  assert.equal(holds(ROW, "no-perfmon"), "Moves by constants.");
});
