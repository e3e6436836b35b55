// The forms that packets are made with: fields as rows of a table, and what they become for the server to build.

export interface FormField {
  /** Where its value goes: `tcp.dport`. */
  path: string;
  label: string;
  value: string;
  /** "flags" are chips that are on or off, their value names apart by spaces. */
  kind: "text" | "flags" | "choice";
  choices?: readonly string[];
  /** Takes the whole width of the form. */
  wide?: boolean;
}

export interface PacketForm {
  id: string;
  title: string;
  /** What the server is told besides the fields. */
  base: Readonly<Record<string, unknown>>;
  fields: readonly FormField[];
}

const FLAGS = ["SYN", "ACK", "PSH", "FIN", "RST", "URG", "ECE", "CWR"];
const [SENDER, HOST, PORT] = ["203.0.113.7", "198.51.100.20", "80"];
const [SENDER_6, HOST_6] = ["2001:db8::7", "2001:db8::20"];

function text(path: string, label: string, value = "", wide = false): FormField {
  return { path, label, value, kind: "text", wide };
}

function ends(layer: string, sport: string, dport: string, src = SENDER, dst = HOST): FormField[] {
  return [text(`${layer}.src`, "source IP", src), text(`${layer}.sport`, "port", sport), text(`${layer}.dst`, "destination IP", dst), text(`${layer}.dport`, "port", dport)];
}

const FLAG_FIELD: FormField = { path: "tcp.flags", label: "TCP flags", value: "SYN", kind: "flags", choices: FLAGS, wide: true };
const TCP_OPTIONS: FormField = { path: "tcp.options", label: "TCP options", value: "linux", kind: "choice", choices: ["linux", ""] };
const PAYLOAD = text("payload", "payload, as text", "", true);

export const FORMS: readonly PacketForm[] = [
  { id: "tcp", title: "TCP", base: { tcp: {} }, fields: [...ends("tcp", "40016", PORT), FLAG_FIELD, text("tcp.ttl", "TTL", "64"), TCP_OPTIONS, PAYLOAD] },
  {
    id: "http",
    title: "HTTP",
    base: { http: {} },
    fields: [
      ...ends("tcp", "51514", PORT),
      { path: "http.method", label: "method", value: "GET", kind: "choice", choices: ["GET", "HEAD", "POST", "PUT", "DELETE"] },
      text("http.path", "path", "/"),
      text("http.host", "host", "example.test"),
      text("http.body", "body"),
    ],
  },
  {
    id: "dns",
    title: "DNS",
    base: { dns: {} },
    fields: [...ends("udp", "33333", "53"), text("dns.query", "name asked for", "example.org"), { path: "dns.type", label: "record", value: "A", kind: "choice", choices: ["A", "AAAA", "MX", "NS", "TXT", "PTR"] }],
  },
  { id: "udp", title: "UDP", base: { udp: {} }, fields: [...ends("udp", "40016", "4000"), text("udp.ttl", "TTL", "64"), PAYLOAD] },
  {
    id: "ping",
    title: "Ping",
    base: { icmp: { type: "echo" } },
    fields: [text("icmp.src", "source IP", SENDER), text("icmp.id", "id", "1"), text("icmp.dst", "destination IP", HOST), text("icmp.sequence", "sequence", "1"), text("payload.zeros", "bytes of payload", "56")],
  },
  {
    id: "arp",
    title: "ARP",
    base: { arp: {}, eth: { dst: "ff:ff:ff:ff:ff:ff" } },
    fields: [
      { path: "arp.op", label: "operation", value: "request", kind: "choice", choices: ["request", "reply"] },
      text("arp.sender_ip", "sender IP", "198.51.100.1"),
      text("arp.target_ip", "target IP", HOST),
    ],
  },
  { id: "tcp6", title: "IPv6 TCP", base: { ipv6: {}, tcp: {} }, fields: [...ends("tcp", "52000", PORT, SENDER_6, HOST_6), FLAG_FIELD, text("tcp.ttl", "hop limit", "64"), TCP_OPTIONS, PAYLOAD] },
  {
    id: "ping6",
    title: "IPv6 ping",
    base: { icmpv6: { type: "echo-request" } },
    fields: [text("icmpv6.src", "source IP", SENDER_6), text("icmpv6.id", "id", "1"), text("icmpv6.dst", "destination IP", HOST_6), text("icmpv6.sequence", "sequence", "1")],
  },
];

/** For every kind of packet, under "Ethernet and size". */
export const COMMON: readonly FormField[] = [
  text("eth.src", "source MAC"),
  text("eth.dst", "destination MAC"),
  text("vlan", "VLAN tags"),
  text("pad", "pad to bytes"),
  text("cut", "cut to bytes"),
];

export type Values = Readonly<Record<string, string>>;

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const [head = "", ...rest] = path.split(".");
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const inner = target[head];
  const copy: Record<string, unknown> = typeof inner === "object" && inner !== null ? { ...inner } : {};
  put(copy, rest.join("."), value);
  target[head] = copy;
}

/** What a field's text means: flags and VLAN tags are lists, everything else goes as it stands; empty is left out. */
function meant(path: string, value: string): unknown {
  const words = value.split(/[\s,]+/).filter(Boolean);
  if (path === "tcp.flags") return words;
  return path === "vlan" && words.length > 1 ? words : value;
}

/** The form for the server; `values` are by path and win over the fields' own. */
export function packetOf(form: PacketForm, values: Values): Record<string, unknown> {
  const packet: Record<string, unknown> = { ...form.base };
  for (const { path, value } of [...form.fields, ...COMMON]) {
    const given = (values[path] ?? value).trim();
    if (given !== "" || path === "tcp.flags") put(packet, path, meant(path, given));
  }
  return packet;
}

/** The field an error speaks of: its message names it in backticks, perhaps deeper or by number (`vlan[0]`). */
export function fieldOfError(form: PacketForm, message: string): string | null {
  const paths = [...form.fields, ...COMMON].map(({ path }) => path);
  for (const [, named = ""] of message.matchAll(/`([\w.[\]-]+)`/g)) {
    const plain = named.replace(/\[\d+\]/g, "");
    const found = paths.find((path) => path === plain || plain.startsWith(`${path}.`));
    if (found !== undefined) return found;
  }
  return null;
}
