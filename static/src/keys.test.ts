import assert from "node:assert/strict";
import { test } from "node:test";
import { bind, caption, chordOf, commandFor, worksInText, type Bindings, type Press } from "./keys.ts";

const press = (key: string, more: Partial<Press> = {}): Press => ({ key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test("chords have their modifiers in a fixed order, and Cmd counts as Ctrl", () => {
  assert.equal(chordOf(press("F11", { shiftKey: true, altKey: true })), "Alt+Shift+F11");
  assert.equal(chordOf(press("k", { metaKey: true })), "Ctrl+K");
  assert.equal(chordOf(press("k", { ctrlKey: true })), "Ctrl+K");
  assert.equal(chordOf(press("Shift", { shiftKey: true })), null);
});

test("Shift is part of a sign already, but not of a letter or a named key", () => {
  assert.equal(chordOf(press("?", { shiftKey: true })), "?");
  assert.equal(chordOf(press("D", { shiftKey: true })), "Shift+D");
  assert.equal(chordOf(press("d")), "D");
});

test("Option on a Mac makes other signs, but the key is what counts", () => {
  assert.equal(chordOf(press("∂", { altKey: true, code: "KeyD" })), "Alt+D");
});

test("which chords work while typing", () => {
  for (const chord of ["F10", "Alt+F10", "Ctrl+K", "Shift+F9", "Escape"]) assert.ok(worksInText(chord), chord);
  for (const chord of [".", ",", "D", "?", "Shift+D"]) assert.ok(!worksInText(chord), chord);
});

const defaults = new Map([["step", ["F10"]], ["back", ["Alt+F10"]], ["free", []]]);

test("a rebound key leaves its former command, and a command without keys stays reachable", () => {
  const bound = bind(defaults, { free: ["F10"] });
  assert.equal(commandFor(bound, "F10"), "free");
  assert.deepEqual(bound.get("step"), []);
  assert.equal(commandFor(bound, "Alt+F10"), "back");
  assert.equal(commandFor(bound, "F1"), null);
});

test("key caps", () => {
  assert.equal(caption("Alt+Shift+F11", false), "Alt Shift F11");
  assert.equal(caption("Alt+Shift+F11", true), "⌥⇧F11");
  assert.equal(caption("ArrowLeft", false), "←");
  assert.equal(caption("Ctrl+Enter", true), "⌘↵");
});

test("a chord of two screens means the command of the one shown, and of one screen always that", () => {
  const bindings: Bindings = new Map([
    ["show-editor", ["1"]],
    ["show-v-why", ["1"]],
    ["show-packets", ["8"]],
  ]);
  const verifier = (command: string) => command.startsWith("show-v-");
  assert.equal(commandFor(bindings, "1"), "show-editor");
  assert.equal(commandFor(bindings, "1", verifier), "show-v-why");
  assert.equal(commandFor(bindings, "8", verifier), "show-packets");
  assert.equal(commandFor(bindings, "9", verifier), null);
});
