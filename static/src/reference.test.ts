import assert from "node:assert/strict";
import test from "node:test";
import { entriesOf, find } from "./reference.ts";
import type { Reference } from "./schemas.ts";

const TABLES: Reference = {
  constants: [{ name: "XDP_DROP", value: 1, group: "XDP verdict", doc: "Drop the packet at once." }],
  fields: [{ path: "iphdr.saddr", offset: 12, size: 4, kind: "IPv4", doc: "Who sent it." }],
  helpers: [
    { id: 2, name: "bpf_map_update_elem", signature: "long bpf_map_update_elem(…)", doc: "Adds or changes an entry.", hooks: ["xdp"], gpl_only: false },
    { id: 6, name: "bpf_trace_printk", signature: "long bpf_trace_printk(…)", doc: "Prints.", hooks: ["xdp"], gpl_only: true },
  ],
  instructions: [{ name: "add", syntax: "r1 += r2", mnemonic: "add r1, r2", doc: "Add; wraps around." }],
  hooks: [{ id: "xdp", title: "XDP", prog_type: "xdp", context: "xdp_md", doc: "First.", kernel: "f", verdicts: ["XDP_DROP"], family: "", takes_packets: true }],
  maps: [{ name: "hash", doc: "Any key to a value." }],
  loaders: [],
};
const ENTRIES = entriesOf(TABLES);
const names = (query: string, kind: Parameters<typeof find>[2] = null) => find(ENTRIES, query, kind, 10).map(({ name }) => name);

test("every table is in the list", () => {
  assert.equal(ENTRIES.length, 7);
  assert.deepEqual([...new Set(ENTRIES.map(({ kind }) => kind))].length, 6);
});

test("an exact name comes first, then names, then what the documentation says", () => {
  assert.equal(names("xdp")[0], "xdp");
  assert.deepEqual(names("map elem"), ["bpf_map_update_elem"]);
  assert.deepEqual(names("wraps"), ["add"]);
  assert.deepEqual(names("saddr"), ["iphdr.saddr"]);
});

test("a kind narrows the list, also of nothing searched for", () => {
  assert.deepEqual(names("", "helper"), ["bpf_map_update_elem", "bpf_trace_printk"]);
  assert.deepEqual(names("xdp", "constant"), ["XDP_DROP"]);
});

test("a helper says who may call it and what licence it asks for", () => {
  const printk = ENTRIES.find(({ name }) => name === "bpf_trace_printk");
  assert.ok(printk?.facts.some(([label]) => label === "licence"));
  assert.equal(printk?.insert, "call bpf_trace_printk");
});
