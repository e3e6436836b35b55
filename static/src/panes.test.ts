import assert from "node:assert/strict";
import { test } from "node:test";
import * as panes from "./panes.ts";

const layout = panes.defaultLayout("wide");
const SCREENS = ["workbench", "verifier"] as const;
const all = (of: panes.Layout) => of.columns.flatMap(({ stacks }) => stacks.flatMap((stack) => stack.panes)).sort();

for (const screen of SCREENS) {
  const first = panes.defaultLayout("wide", screen);
  const own = [...panes.PANES_OF[screen]].sort();

  test(`${screen}: every pane has a place, a tab, and belongs to the screen`, () => {
    assert.deepEqual(all(first), own);
    assert.deepEqual(panes.TABS_OF[screen].flatMap((tab) => panes.TAB_PANES[tab]).sort(), own);
    assert.deepEqual(own.map(panes.screenOf), own.map(() => screen));
  });

  test(`${screen}: wherever a pane is moved, every pane keeps exactly one place`, () => {
    for (const pane of own) {
      for (const target of own) {
        for (const where of ["above", "below", "tab"] as const) {
          const moved = panes.move(first, pane, target, where);
          assert.deepEqual(all(moved), own, `${pane} ${where} ${target}`);
          assert.deepEqual(panes.parseLayout(JSON.parse(JSON.stringify(moved)), "wide", screen), moved);
        }
      }
      for (const index of [0, 1, 2, 3]) assert.deepEqual(all(panes.moveToColumn(first, pane, index)), own);
    }
  });
}

test("a layout of one screen is none of the other", () => {
  assert.equal(panes.parseLayout(JSON.parse(JSON.stringify(layout)), "wide", "verifier"), null);
  assert.equal(panes.parseLayout(JSON.parse(JSON.stringify(panes.defaultLayout("wide", "verifier"))), "wide"), null);
});

test("a pane moved as a tab is on top, and showing brings another one up", () => {
  const moved = panes.move(layout, "graph", "editor", "tab");
  assert.equal(moved.columns[0]?.stacks[0]?.active, "graph");
  assert.equal(panes.show(moved, "editor").columns[0]?.stacks[0]?.active, "editor");
});

test("taking the last pane out of a column removes the column", () => {
  const bare = panes.move(panes.move(layout, "editor", "maps", "tab"), "graph", "maps", "tab");
  assert.equal(bare.columns.length, 2);
  assert.equal(panes.moveToColumn(bare, "editor", 2).columns.length, 3);
});

test("an editor cannot be folded, others can", () => {
  const verifier = panes.defaultLayout("wide", "verifier");
  assert.deepEqual(panes.fold(layout, "editor", true), layout);
  assert.deepEqual(panes.fold(verifier, "v-code", true), verifier);
  assert.equal(panes.fold(verifier, "v-why", true).columns[0]?.stacks[0]?.shut, true);
  assert.equal(panes.fold(layout, "stack", true).columns[1]?.stacks[1]?.shut, true);
});

test("dragging keeps the sum and the least size", () => {
  for (const delta of [-1000, -8, 0, 8, 1000]) {
    const sizes = panes.drag([300, 400, 500], 0, delta, 280);
    assert.equal(sizes.reduce((a, b) => a + b), 1200);
    assert.ok(sizes.every((size) => size >= 280), String(sizes));
  }
  assert.deepEqual(panes.drag([100, 100], 0, 50, 280), [100, 100]);
});

test("a kept layout is read back only if it is whole", () => {
  const good = JSON.parse(JSON.stringify(layout)) as Record<string, unknown>;
  assert.deepEqual(panes.parseLayout(good, "middle"), { ...layout, width: "middle" });
  for (const bad of [null, 3, {}, { columns: [] }, { ...good, columns: (good.columns as unknown[]).slice(1) }, { ...good, shares: [1, 2] }, { ...good, columns: [{ stacks: [{ panes: ["editor"], active: "maps" }] }] }]) {
    assert.equal(panes.parseLayout(bad, "wide"), null);
  }
});

test("width classes", () => {
  assert.deepEqual([1400, 1399, 1100, 1099, 641, 640].map(panes.widthClass), ["wide", "middle", "middle", "narrow", "narrow", "phone"]);
});
