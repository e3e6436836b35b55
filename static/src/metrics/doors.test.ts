import assert from "node:assert/strict";
import test from "node:test";
import type { DoorView, PolicyView } from "../schemas.ts";
import { deciding, firstCell, shine } from "./doors.ts";

function door(direction: DoorView["direction"], ...entries: [identity: number, line: number, last: number][]): DoorView {
  return {
    pod: "api",
    name: "policy_api",
    direction,
    closed: true,
    by: [],
    total: entries.length,
    entries: entries.map(([identity, line, last]) => ({ identity, who: "", ports: "80", protocol: "TCP", bits: 56, reasons: [{ text: "", line, last }] })),
  };
}

const place = (identity: number) => ({ name: "", note: "", address: "", identity });
const yes = { allowed: true, same: false, answers: [{ door: 0, entry: 0 }, { door: 1, entry: 0 }] };
const no = { allowed: false, same: false, answers: [{ door: 0, entry: null }, { door: 1, entry: 0 }] };
const self = { allowed: true, same: true, answers: [] };
const view: PolicyView = {
  identities: [],
  doors: [door("egress", [301, 0, 0]), door("ingress", [300, 9, 11], [1, 0, 0])],
  places: [place(300), place(301)],
  columns: [{ place: 0, port: 80, protocol: "TCP" }, { place: 1, port: 80, protocol: "TCP" }],
  cells: [[self, yes], [no, self]],
  notes: [],
  policies: 1,
};

test("a cell leads to its doors' entries, who asks, and the rule's lines", () => {
  const found = shine(view, { row: 0, column: 1 });
  assert.deepEqual([...found.lines], [9, 10, 11]);
  assert.deepEqual([...found.entries], ["0:0", "1:0"]);
  assert.deepEqual([...found.identities], [300]);
  assert.equal(found.door, 1);
});

test("the door that denies decides", () => {
  assert.equal(deciding(no), 0);
  assert.deepEqual([...shine(view, { row: 1, column: 0 }).identities], [300]);
});

test("an entry leads to its cells, an identity to its row, a line to its entries", () => {
  assert.deepEqual([...shine(view, { door: 1, entry: 0 }).cells], ["0:1", "1:0"]);
  assert.deepEqual([...shine(view, { identity: 301 }).cells], ["1:0", "1:1"]);
  assert.deepEqual([...shine(view, { line: 10 }).entries], ["1:0"]);
  assert.equal(shine(view, { line: 3 }).entries.size, 0);
});

test("at first a cell is chosen that a policy lets through", () => {
  assert.deepEqual(firstCell(view), { row: 0, column: 1 });
  assert.equal(firstCell(null), null);
});
