import assert from "node:assert/strict";
import { test } from "node:test";
import { RUN, WINDOW_REPLY } from "./fixtures/syn_guard.ts";
import { questions } from "./queries.ts";

const here = { packet: 0, step: 20 };
const ask = (query: string) => questions(query, RUN, WINDOW_REPLY, here, ["syn_count"]);

test("what changed before here can be gone back to, the latest first", () => {
  const titles = ask("").map(({ title }) => title);
  assert.deepEqual(titles.slice(0, 2), ["Back to the last write of r1", "Back to the last change of syn_count[203.0.113.7]"]);
  assert.ok(titles.includes("Back to the last write of r6"));
  assert.equal(new Set(titles).size, titles.length);
});

test("numbers in the query become places", () => {
  assert.deepEqual(ask("go to step 7")[0]?.to, { packet: 0, step: 7 });
  assert.deepEqual(ask("packet 2")[0]?.to, { packet: 1, step: 0 });
  assert.deepEqual(ask("pc 25")[0]?.to, { pc: 25 });
});

test("the first drop", () => {
  assert.deepEqual(ask("").find(({ title }) => title === "Go to the first drop")?.to, { packet: 0, step: 22 });
});

test("without a run there is nothing to ask", () => {
  assert.deepEqual(questions("step 1", null, undefined, here, []), []);
});
