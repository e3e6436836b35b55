import assert from "node:assert/strict";
import { test } from "node:test";
import type { StationView } from "../schemas.ts";
import { counted, hookOf, lines, nameOf, ownHook } from "./geometry.ts";

function station(id: string, x: number, y: number, leads: Record<string, string>, hooks: string[] = []): StationView {
  const made = hooks.map((name) => ({ name, title: name, prog_type: "xdp", per_device: true, example: name }));
  return { id, title: id, kernel: "", also: [], doc: "", track: "ingress", x, y, leads, hooks: made };
}

const MAP = [
  station("nic", 0, 10, { pass: "xdp", drop: "dropped" }),
  station("xdp", 10, 10, { pass: "skb", tx: "sent", drop: "dropped" }, ["xdp"]),
  station("skb", 20, 10, {}),
  station("sent", 5, 30, {}),
  station("cgroup", 30, 10, {}, ["cgroup_skb/ingress"]),
];

test("a line for every way on, none to where packets are dropped", () => {
  assert.deepEqual(
    lines(MAP).map(({ key, kind }) => `${key} ${kind}`),
    ["nic xdp main", "xdp skb main", "xdp sent dash"],
  );
});

test("counts of all devices go together", () => {
  const row = { station: "xdp", device: "eth0", seen: 2, passed: 1, dropped: 1, sent: 0, redirected: 0, denied: 0 };
  assert.deepEqual(counted([row, { ...row, device: "eth1" }]).get("xdp"), { seen: 4, dropped: 2, denied: 0 });
});

test("a place belongs to the station of the longest hook it begins with", () => {
  assert.equal(hookOf("xdp:eth0", MAP), "xdp");
  assert.equal(hookOf("cgroup_skb/ingress:/pods/web", MAP), "cgroup");
  assert.equal(hookOf("nothing", MAP), null);
});

test("a text says what it is called and where it goes", () => {
  assert.equal(ownHook("; a\n.hook tc\n"), "tc");
  assert.equal(nameOf(".program guard\n.hook tc"), "guard");
});
