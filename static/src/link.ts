// The place in the URL's fragment: `#p=16&s=24&pin=reg:1`. The program and packets are the path's.
import type { Link } from "./related.ts";

export interface UrlPlace {
  packet: number | null;
  step: number | null;
  pin: Link | null;
}

export function encodePlace(packet: number, step: number, pin: Link | null): string {
  const parts = [`p=${packet + 1}`, `s=${step}`];
  const pinned = pin === null ? null : encodeLink(pin);
  if (pinned !== null) parts.push(`pin=${encodeURIComponent(pinned)}`);
  return `#${parts.join("&")}`;
}

export function decodePlace(fragment: string): UrlPlace {
  const query = new URLSearchParams(fragment.replace(/^#/, ""));
  const packet = whole(query.get("p"));
  return {
    packet: packet === null || packet === 0 ? null : packet - 1,
    step: whole(query.get("s")),
    pin: decodeLink(query.get("pin") ?? ""),
  };
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function encodeLink(link: Link): string {
  switch (link.kind) {
    case "reg":
      return `reg:${link.n}`;
    case "pc":
      return `pc:${link.pc}`;
    case "step":
      return `step:${link.step}`;
    case "ctx":
      return `ctx:${link.name}`;
    case "pkt":
      return `pkt:${link.off}:${link.size}`;
    case "stk":
      return `stk:${link.frame}:${link.off}:${link.size}`;
    case "map":
      return ["map", link.map, link.key, link.name, link.keyText].join(":");
  }
}

function decodeLink(text: string): Link | null {
  const [kind = "", ...rest] = text.split(":");
  const numbers = rest.map(Number);
  const [a = NaN, b = NaN, c = NaN] = numbers;
  const fine = (...wanted: number[]) => wanted.every(Number.isInteger);
  if (kind === "reg" && fine(a)) return { kind, n: a };
  if (kind === "pc" && fine(a)) return { kind, pc: a };
  if (kind === "step" && fine(a)) return { kind, step: a };
  if (kind === "ctx" && rest[0]) return { kind, name: rest[0] };
  if (kind === "pkt" && fine(a, b)) return { kind, off: a, size: b };
  if (kind === "stk" && fine(a, b, c)) return { kind, frame: a, off: b, size: c };
  const [, key, name, ...keyText] = rest;
  if (kind === "map" && fine(a) && key && name) return { kind, map: a, key, name, keyText: keyText.join(":") };
  return null;
}
