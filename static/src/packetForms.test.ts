import assert from "node:assert/strict";
import test from "node:test";
import { fieldOfError, FORMS, packetOf } from "./packetForms.ts";

const form = (id: string) => FORMS.find((candidate) => candidate.id === id)!;

test("fields become the server's form, empty ones are left out", () => {
  const packet = packetOf(form("tcp"), { "tcp.dport": "443", "tcp.flags": "SYN ACK", "tcp.options": "" });
  assert.deepEqual(packet, { tcp: { src: "203.0.113.7", sport: "40016", dst: "198.51.100.20", dport: "443", flags: ["SYN", "ACK"], ttl: "64" } });
});

test("no flag at all is said, as it is not what the server would choose", () => {
  assert.deepEqual((packetOf(form("tcp"), { "tcp.flags": "" }) as { tcp: { flags: unknown } }).tcp.flags, []);
});

test("a form's base is not changed by its fields", () => {
  packetOf(form("arp"), { "eth.src": "02:00:00:00:00:01" });
  assert.deepEqual(form("arp").base, { arp: {}, eth: { dst: "ff:ff:ff:ff:ff:ff" } });
  assert.deepEqual(packetOf(form("arp"), { vlan: "100, 10" }).vlan, ["100", "10"]);
});

test("an error finds its field", () => {
  assert.equal(fieldOfError(form("tcp"), "`tcp.dport` is 99999, not a whole number from 0 to 65,535"), "tcp.dport");
  assert.equal(fieldOfError(form("tcp"), "in `tcp.src`, `1.2.3` is not an IPv4 address"), "tcp.src");
  assert.equal(fieldOfError(form("tcp"), "`vlan[0]` is 9999, not a whole number"), "vlan");
  assert.equal(fieldOfError(form("tcp"), "line 1, column 1: `z` is no hex digit"), null);
});
