import assert from "node:assert/strict";
import { test } from "node:test";
import type { HookView, StationView } from "../schemas.ts";
import { fitting, neighbour, refusal, reorder } from "./attaching.ts";
import * as state from "./state.ts";

function hook(name: string, prog_type: string, per_device = false): HookView {
  return { name, title: name, prog_type, per_device, example: per_device ? `${name}:eth0` : name };
}

function station(id: string, ...hooks: HookView[]): StationView {
  return { id, title: id.toUpperCase(), kernel: "", also: [], doc: "", track: "ingress", x: 0, y: 0, leads: {}, hooks };
}

const MAP = [station("xdp", hook("xdp", "xdp", true)), station("skb"), station("tc", hook("tc", "sched_cls", true)), station("out", hook("tc-egress", "sched_cls", true)), station("lsm", hook("lsm/file_open", "lsm"))];
const [XDP, SKB, TC, OUT, LSM] = MAP as [StationView, StationView, StationView, StationView, StationView];
const GUARD = ".program guard\n.hook tc\n";

test("a program fits where it says, and at other hooks of its type", () => {
  assert.deepEqual(fitting(GUARD, TC, MAP), { place: "" });
  assert.deepEqual(fitting(GUARD, OUT, MAP), { place: "tc-egress:eth0" });
  assert.equal(fitting(GUARD, XDP, MAP), null);
});

test("why it does not fit is told in the terms of both", () => {
  assert.equal(refusal(GUARD, LSM, MAP), "guard is a program of type sched_cls; LSM takes programs of type lsm.");
  assert.match(refusal(GUARD, SKB, MAP), /no hook/);
});

test("programs change places with those at the same station only", () => {
  state.stations.value = MAP;
  const all = [GUARD, ".hook xdp", GUARD].map((source) => ({ source, place: "" }));
  assert.deepEqual([neighbour(all, 0, 1), neighbour(all, 0, -1), neighbour(all, 1, 1), neighbour(all, 2, -1)], [2, null, null, 0]);
  state.attachments.value = all.map((one, n) => ({ ...one, place: ["a", "b", "c"][n] ?? "" }));
  reorder(2, 0);
  assert.deepEqual(state.attachments.value.map(({ place }) => place), ["c", "a", "b"]);
});

test("replacements are numbered as the server numbers attachments: program by program", () => {
  const two = ".program a\n.hook xdp\n.program b\n.hook tc\n";
  state.attachments.value = [{ source: two, place: "" }, { source: GUARD, place: "tc:eth0", later: [{ time_ns: 5, source: "" }] }];
  assert.deepEqual(state.inputs.value.replacements, [{ attachment: 2, time_ns: 5, source: "" }]);
  assert.deepEqual(state.inputs.value.attachments[1], { source: GUARD, place: "tc:eth0" });
});
