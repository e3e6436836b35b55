import assert from "node:assert/strict";
import test from "node:test";
import type { Glossary, Reference } from "../schemas.ts";
import { anchorOf, byAnchor, entries } from "./entries.ts";

const REFERENCE: Reference = {
  constants: [{ name: "XDP_PASS", value: 2, group: "XDP verdict", doc: "" }],
  fields: [
    { path: "xdp_md.data", offset: 0, size: 4, kind: "u32", doc: "First byte." },
    { path: "tcphdr.flags", offset: 13, size: 1, kind: "u8", doc: "" },
  ],
  helpers: [{ id: 1, name: "bpf_map_lookup_elem", signature: "void *…", doc: "Finds.", hooks: ["xdp"], gpl_only: false }],
  instructions: [{ name: "jeq", syntax: "if r1 == r2 goto label", mnemonic: "jeq", doc: "" }],
  hooks: [{ id: "xdp", title: "XDP", prog_type: "xdp", context: "xdp_md", doc: "", kernel: "", verdicts: [], family: "", takes_packets: true }],
  maps: [{ name: "hash", doc: "" }],
  loaders: [],
};
const GLOSSARY: Glossary = {
  concepts: [{ slug: "null-check", term: "null check", html: "<p>Ask <code>r0 &lt; 1</code>.</p>", example: "", see: ["helper:bpf_map_lookup_elem"], lessons: ["b-10-x"] }],
  categories: [{ slug: "memory", title: "Memory", doc: "Outside.", hook: "xdp", source: "exit" }],
  examples: [{ kind: "helper", name: "bpf_map_lookup_elem", hook: "xdp", source: "call 1" }],
};

test("everything a lesson may link to is found by its anchor", () => {
  const all = entries(REFERENCE, GLOSSARY);
  for (const anchor of ["concept-null-check", "helper-bpf_map_lookup_elem", "insn-jeq", "hook-xdp", "map-hash", "ctx-xdp_md", "category-memory"]) assert.equal(byAnchor(all, anchor)?.anchor, anchor);
  assert.equal(byAnchor(all, "helper-nothing"), null);
});

test("a context lists its own fields and where it is given", () => {
  const found = byAnchor(entries(REFERENCE, null), "ctx-xdp_md");
  assert.deepEqual(found?.facts, [["data", "+0, 4 bytes. First byte."]]);
  assert.match(found?.doc ?? "", /at xdp/);
});

test("terms are found by their words, and lead on", () => {
  const found = byAnchor(entries(REFERENCE, GLOSSARY), "concept-null-check");
  assert.equal(found?.doc, "Ask r0 < 1.");
  assert.deepEqual(found?.see, [anchorOf("helper", "bpf_map_lookup_elem")]);
});

test("examples come to what they are of", () => {
  assert.equal(byAnchor(entries(REFERENCE, GLOSSARY), "helper-bpf_map_lookup_elem")?.example?.source, "call 1");
});
