import assert from "node:assert/strict";
import test from "node:test";
import type { LessonProgress, LessonRow } from "../schemas.ts";
import { begun, carryOn, merged, mergedAll, standing } from "./progress.ts";

const at = (updated_at: string, rest: Partial<LessonProgress> = {}): LessonProgress => ({ ...begun("a-01-x", 1, "old", {}), updated_at, ...rest });
const row = (id: string, prerequisites: string[] = []): LessonRow => ({ id, number: 1, version: 1, title: id, track: "machine", summary: "", minutes: 5, difficulty: 1, concepts: [], prerequisites, tasks: 1, production: "" });

test("the later text wins, whichever side it is on, and nothing reached is lost", () => {
  const a = at("2026-01-01", { source: "first", checks: ["one"], instructions: 9, passed_at: "2026-01-01", attempts: 3 });
  const b = at("2026-01-02", { source: "second", checks: ["two"], instructions: 12, states: 4, attempts: 1 });
  for (const both of [merged(a, b), merged(b, a)]) {
    assert.equal(both.source, "second");
    assert.deepEqual([...both.checks].sort(), ["one", "two"]);
    assert.deepEqual([both.instructions, both.states, both.passed_at, both.attempts], [9, 4, "2026-01-01", 3]);
  }
});

test("checks of another version of the lesson do not count", () => {
  const old = at("2026-01-01", { checks: ["one"], passed_at: "2026-01-01" });
  const now = at("2026-01-02", { version: 2, checks: [] });
  assert.deepEqual(merged(old, now).checks, []);
  assert.equal(merged(old, now).passed_at, "2026-01-01");
});

test("lists are put together by lesson", () => {
  const other = at("2026-01-03", { lesson: "a-02-y" });
  const all = mergedAll([at("2026-01-01")], [at("2026-01-02", { source: "new" }), other]);
  assert.deepEqual(all.map(({ lesson, source }) => [lesson, source]), [["a-01-x", "new"], ["a-02-y", "old"]]);
});

test("one carries on with what is begun, else with the next for which all is known", () => {
  const lessons = [row("a"), row("b", ["a"]), row("c", ["b"]), row("d", ["gone"])];
  const done = (lesson: string, when: string) => at(when, { lesson, passed_at: when });
  assert.equal(carryOn(lessons, [])?.id, "a");
  assert.equal(carryOn(lessons, [at("2026-01-01", { lesson: "c" })])?.id, "c");
  assert.equal(carryOn(lessons, [done("a", "2026-01-01")])?.id, "b");
  assert.equal(carryOn(lessons, [done("b", "2026-01-01")])?.id, "c");
  assert.equal(carryOn(lessons, [done("a", "1"), done("b", "2"), done("c", "3")])?.id, "d");
  assert.equal(carryOn(lessons, ["a", "b", "c", "d"].map((id, i) => done(id, `${i}`))), null);
});

test("a station stands as its progress says", () => {
  assert.equal(standing("a", "a", undefined), "here");
  assert.equal(standing("a", null, undefined), "open");
  assert.equal(standing("a", null, at("1")), "begun");
  assert.equal(standing("a", "b", at("1", { passed_at: "1" })), "done");
});
