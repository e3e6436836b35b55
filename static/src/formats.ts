// Other ways to read the bytes of a map's key or value. The declared type's own text comes from the server.

export interface Format {
  id: string;
  title: string;
  fits: (size: number) => boolean;
  read: (bytes: readonly string[]) => string;
}

const WORDS = [1, 2, 4, 8];
const anySize = () => true;
const isWord = (size: number) => WORDS.includes(size);

function number(bytes: readonly string[]): bigint {
  return BigInt(`0x${bytes.join("") || "0"}`);
}

function ipv6(bytes: readonly string[]): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number(`0x${bytes[2 * i]}${bytes[2 * i + 1]}`).toString(16));
  const zeros = [...groups.join(":").matchAll(/\b0(:0)+\b/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return groups.join(":");
  const text = groups.join(":");
  return `${text.slice(0, zeros.index).replace(/:$/, "")}::${text.slice(zeros.index + zeros[0].length).replace(/^:/, "")}`;
}

function text(bytes: readonly string[]): string {
  const end = bytes.findIndex((byte) => byte === "00");
  const shown = end < 0 ? bytes : bytes.slice(0, end);
  const codes = shown.map((byte) => Number(`0x${byte}`));
  return `"${codes.map((code) => (code >= 32 && code < 127 ? String.fromCharCode(code) : "·")).join("")}"`;
}

export const TYPED = "typed";

const FORMATS: readonly Format[] = [
  { id: "hex", title: "hex", fits: anySize, read: (bytes) => bytes.join(" ") },
  { id: "le", title: "number", fits: isWord, read: (bytes) => number([...bytes].reverse()).toString() },
  { id: "signed", title: "signed number", fits: isWord, read: (bytes) => BigInt.asIntN(bytes.length * 8, number([...bytes].reverse())).toString() },
  { id: "be", title: "number, network order", fits: (size) => size > 1 && isWord(size), read: (bytes) => number(bytes).toString() },
  { id: "ipv4", title: "IPv4", fits: (size) => size === 4, read: (bytes) => bytes.map((byte) => Number(`0x${byte}`)).join(".") },
  { id: "mac", title: "MAC", fits: (size) => size === 6, read: (bytes) => bytes.join(":") },
  { id: "ipv6", title: "IPv6", fits: (size) => size === 16, read: ipv6 },
  { id: "text", title: "text", fits: anySize, read: text },
];

/** Formats for bytes of this size; `TYPED` comes first and is the declared type, or what the size suggests. */
export function formatsFor(size: number, declared: string | null): { id: string; title: string }[] {
  const fitting = FORMATS.filter(({ fits }) => fits(size)).map(({ id, title }) => ({ id, title }));
  return [{ id: TYPED, title: declared ?? (isWord(size) ? `u${size * 8}` : "bytes") }, ...fitting];
}

export function hexBytes(hex: string): string[] {
  return hex.match(/../g) ?? [];
}

/** `typed` is the server's text, shown for TYPED and for formats that do not fit. */
export function formatted(id: string, hex: string, typed: string): string {
  const bytes = hexBytes(hex);
  const format = FORMATS.find((candidate) => candidate.id === id && candidate.fits(bytes.length));
  return format === undefined ? typed : format.read(bytes);
}
