// Where numbers and pointers stand in their bars, and what is known of each bit. Pure functions only.
import type { RegView, ScalarView } from "../schemas.ts";

const WIDEST = 64;

/** Bits of the magnitude, with a fraction: 0 for 0, 8 for 255. */
function bits(magnitude: bigint): number {
  if (magnitude <= 0n) return 0;
  const text = magnitude.toString(2);
  const shown = text.slice(0, 52);
  return text.length - shown.length + Math.log2(parseInt(shown, 2) + 1);
}

/** The place of a magnitude on the doubly logarithmic axis, 0 to 1. */
export function onAxis(magnitude: bigint): number {
  return Math.log2(1 + bits(magnitude)) / Math.log2(1 + WIDEST);
}

export const TICKS: readonly { at: number; text: string }[] = [8, 16, 32, 64].map((width) => ({
  at: onAxis((1n << BigInt(width)) - 1n),
  text: `u${width}`,
}));

export interface Bar {
  /** Shares of the width, 0 to 1. */
  from: number;
  to: number;
  /** Zero is in the middle, and negative numbers to the left of it. */
  mirrored: boolean;
}

function signedPlace(number: bigint): number {
  const half = onAxis(number < 0n ? -number : number) / 2;
  return number < 0n ? 0.5 - half : 0.5 + half;
}

const MAX64 = (1n << 64n) - 1n;

/** Whether it is told better as a signed number: it may be negative, and not anything at all. */
export function isSigned({ smin, smax, umin, umax }: ScalarView): boolean {
  const anything = BigInt(umin) === 0n && BigInt(umax) === MAX64;
  return BigInt(smin) < 0n && (!anything || BigInt(smin) > -(1n << 63n) || BigInt(smax) < (1n << 63n) - 1n);
}

/** Where the range of a number lies. */
export function barOf(scalar: ScalarView): Bar {
  if (isSigned(scalar)) return { from: signedPlace(BigInt(scalar.smin)), to: signedPlace(BigInt(scalar.smax)), mirrored: true };
  return { from: onAxis(BigInt(scalar.umin)), to: onAxis(BigInt(scalar.umax)), mirrored: false };
}

/** Where one number stands in that bar. */
export function dotOf(scalar: ScalarView, word: bigint): number {
  return isSigned(scalar) ? signedPlace(BigInt.asIntN(64, word)) : onAxis(word);
}

export interface PointerBar {
  /** Shares of the width: up to where bytes are proved, and the pointer itself, least and greatest. */
  proved: number;
  low: number;
  high: number;
  /** Offsets the bar begins and ends with. */
  start: number;
  end: number;
}

/** A pointer on the axis of its thing; null where there is no end to measure by. */
export function pointerBar({ kind, low, high, size }: RegView): PointerBar | null {
  if (low === null || high === null) return null;
  const a = Number(low);
  const b = Number(high);
  if (!Number.isFinite(a) || !Number.isFinite(b) || Math.abs(a) > 1e6 || Math.abs(b) > 1e6) return null;
  if (kind === "stk") {
    const start = -Math.max(64, 8 - Math.min(a, 0));
    return placed(start, 0, start, a, b);
  }
  if (size === null) return null;
  const furthest = Math.max(size, b, 1);
  const end = kind === "pkt" ? Math.max(furthest * 1.26, furthest + 4) : furthest;
  return placed(Math.min(0, a), end, size, a, b);
}

function placed(start: number, end: number, proved: number, a: number, b: number): PointerBar {
  const share = (offset: number) => Math.max(0, Math.min(1, (offset - start) / (end - start)));
  return { proved: share(proved), low: share(a), high: share(b), start, end };
}

export type Bit = "0" | "1" | "?";

/** The bits of a number, the highest first. */
export function bitsOf({ value, mask }: Pick<ScalarView, "value" | "mask">, count = 64): Bit[] {
  const known = BigInt(value);
  const unknown = BigInt(mask);
  return Array.from({ length: count }, (_, i) => {
    const at = BigInt(count - 1 - i);
    return (unknown >> at) & 1n ? "?" : (known >> at) & 1n ? "1" : "0";
  });
}

/** How many of the low bits say something that zeros above do not: 16 at least, in steps of 16. */
export function tellingBits(scalar: Pick<ScalarView, "value" | "mask">): number {
  const highest = (BigInt(scalar.value) | BigInt(scalar.mask)).toString(2).length;
  return Math.min(64, Math.max(16, Math.ceil(highest / 16) * 16));
}

function group(text: string): string {
  return text.length > 12 ? `0x${BigInt.asUintN(64, BigInt(text)).toString(16)}` : BigInt(text).toLocaleString("en");
}

/** Every bound and the bits: what a bar cannot show. */
export function boundsSaid(scalar: ScalarView): string {
  const { umin, umax, smin, smax, umin32, umax32, smin32, smax32, value, mask } = scalar;
  return [
    `unsigned ${group(umin)} to ${group(umax)}`,
    `signed ${group(smin)} to ${group(smax)}`,
    `low 32 bits ${umin32.toLocaleString("en")} to ${umax32.toLocaleString("en")}, signed ${smin32.toLocaleString("en")} to ${smax32.toLocaleString("en")}`,
    `bits ${BigInt(value).toString(16)} known, ${BigInt(mask).toString(16)} unknown (hex)`,
  ].join("; ");
}
