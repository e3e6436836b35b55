import assert from "node:assert/strict";
import test from "node:test";
import { byteClass, byteFlags, extent, fieldOf, fieldWith, firstRow, rowLabel, treeRows, type TreeOptions } from "./packet.ts";
import type { FieldView, PacketView } from "./schemas.ts";

function field(path: string, off: number, size: number, children: FieldView[] = [], more: Partial<FieldView> = {}): FieldView {
  return { path, label: path, off, size, bits: null, text: path, note: "", status: "ok", children, ...more };
}

const VIEW: PacketView = {
  data: "",
  summary: "",
  time_ns: 0,
  layers: [
    { name: "ethhdr", title: "Ethernet", off: 0, size: 14, summary: "", fields: [field("ethhdr.h_proto", 12, 2)] },
    {
      name: "iphdr",
      title: "IPv4",
      off: 14,
      size: 20,
      summary: "",
      fields: [
        field("iphdr.version_ihl", 14, 1, [field("iphdr.version", 14, 1, [], { bits: [4, 4] })]),
        field("iphdr.tos", 15, 1),
        field("iphdr.id", 18, 2),
        field("iphdr.check", 24, 2),
        field("iphdr.saddr", 26, 4),
      ],
    },
  ],
};

const QUIET: TreeOptions = { toggled: new Set(), touched: () => false, compact: false };
const names = (options: Partial<TreeOptions>) =>
  treeRows(VIEW, { ...QUIET, ...options }).map((row) => (row.kind === "field" ? row.field.path : row.kind === "more" ? `+${row.count}` : row.title));

test("quiet fields fold into one row that says how many, until someone touches them or asks", () => {
  assert.deepEqual(names({}), ["Ethernet", "ethhdr.h_proto", "IPv4", "iphdr.version_ihl", "iphdr.saddr", "+3"]);
  assert.deepEqual(names({ touched: (off) => off === 24 }), ["Ethernet", "ethhdr.h_proto", "IPv4", "iphdr.version_ihl", "iphdr.check", "iphdr.saddr", "+2"]);
  assert.ok(names({ toggled: new Set(["iphdr@14+"]) }).includes("iphdr.tos"));
});

test("where room is short only the telling fields stay", () => {
  assert.deepEqual(names({ compact: true }), ["Ethernet", "ethhdr.h_proto", "IPv4", "iphdr.saddr", "+4"]);
});

test("a field opens to its parts and a layer closes over its fields", () => {
  assert.ok(names({ toggled: new Set(["iphdr.version_ihl@14"]) }).includes("iphdr.version"));
  assert.deepEqual(names({ toggled: new Set(["iphdr@14"]) }), ["Ethernet", "ethhdr.h_proto", "IPv4"]);
});

test("a byte belongs to its field, not to the bits in it", () => {
  assert.equal(fieldOf(VIEW, 14)?.path, "iphdr.version_ihl");
  assert.equal(fieldOf(VIEW, 28)?.path, "iphdr.saddr");
  assert.equal(fieldOf(VIEW, 99), null);
  assert.equal(fieldWith(VIEW, "iphdr.version")?.off, 14);
});

test("bytes out of reach stay in sight when data or data_end move", () => {
  assert.deepEqual(extent([270, 270, 300], [256, 256, 330]), { from: 256, to: 330 });
  const flags = byteFlags(256, 330, { bounds: [266, 270, 300], reads: [{ off: 282, size: 2 }], writes: [], changed: [], linked: [{ off: 270, size: 1 }] });
  const at = (off: number) => byteClass(flags[off - 256] ?? 0);
  assert.deepEqual([at(256), at(266), at(270), at(283), at(300)], ["np", "mt", "e hl", "e rd", "np"]);
});

test("rows count from data, which begins one", () => {
  assert.equal(firstRow(256, 256), 256);
  assert.equal(firstRow(256, 270), 254);
  assert.deepEqual([rowLabel(256, 256), rowLabel(272, 256), rowLabel(254, 270)], ["0000", "0010", "-010"]);
});
