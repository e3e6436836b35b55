// The place in the URL's fragment: `#p=16&s=24&pin=reg:1`, and on the verifier's screen that in its walk:
// `&v=48&vp=1&as=no-perfmon&see=all,paths&far=1`. The program and packets are the path's.
import type { Link } from "./related.ts";
import type { VerdictRequest } from "./schemas.ts";

type ProfileName = VerdictRequest["profile"];

/** A place in the verifier's walk. */
export interface WalkPlace {
  /** The step by its number in the walk, from 1; null where nothing is walked. */
  step: number | null;
  /** Which program of the file, where one was chosen. */
  program: number | null;
  profile: ProfileName;
  /** Walked as far as Linux would, and not only as far as is quick. */
  far: boolean;
  allPaths: boolean;
  pathList: boolean;
}

export interface UrlPlace {
  packet: number | null;
  step: number | null;
  pin: Link | null;
  /** Null for an address that says nothing of a place. */
  walk: WalkPlace | null;
}

/** `walk` is null on the workbench, where only who loads the program matters. */
export function encodePlace(packet: number, step: number, pin: Link | null, profile: ProfileName = "root", walk: WalkPlace | null = null): string {
  const parts = [`p=${packet + 1}`, `s=${step}`];
  if (pin !== null) parts.push(`pin=${encodeURIComponent(encodeLink(pin))}`);
  if (walk !== null) parts.push(...walkParts(walk));
  if (profile !== "root") parts.push(`as=${profile}`);
  return `#${parts.join("&")}`;
}

function walkParts({ step, program, far, allPaths, pathList }: WalkPlace): string[] {
  const see = [allPaths && "all", pathList && "paths"].filter(Boolean).join(",");
  return [step === null ? "" : `v=${step}`, program === null ? "" : `vp=${program}`, see === "" ? "" : `see=${see}`, far ? "far=1" : ""].filter((part) => part !== "");
}

function decodeWalk(query: URLSearchParams): WalkPlace | null {
  if (![...query.keys()].some((key) => ["p", "s", "v", "as"].includes(key))) return null;
  const see = (query.get("see") ?? "").split(",");
  return {
    step: whole(query.get("v")),
    program: whole(query.get("vp")),
    profile: query.get("as") === "no-perfmon" ? "no-perfmon" : "root",
    far: query.get("far") === "1",
    allPaths: see.includes("all"),
    pathList: see.includes("paths"),
  };
}

export function decodePlace(fragment: string): UrlPlace {
  const query = new URLSearchParams(fragment.replace(/^#/, ""));
  const packet = whole(query.get("p"));
  return {
    packet: packet === null || packet === 0 ? null : packet - 1,
    step: whole(query.get("s")),
    pin: decodeLink(query.get("pin") ?? ""),
    walk: decodeWalk(query),
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
