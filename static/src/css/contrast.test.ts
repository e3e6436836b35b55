// Every pairing of tokens that is used for text or outlines has its ratio, in both themes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

type Theme = ReadonlyMap<string, string>;

function themes(): readonly [Theme, Theme] {
  const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
  const found = [...css.matchAll(/--([\w-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)/gi)];
  return [new Map(found.map(([, name, light]) => [name!, light!])), new Map(found.map(([, name, , dark]) => [name!, dark!]))];
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(theme: Theme, front: string, back: string): number {
  const [a, b] = [front, back].map((name) => {
    const hex = theme.get(name);
    assert.ok(hex, `no token --${name}`);
    return luminance(hex);
  }) as [number, number];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const TEXT = 4.5;
const SHAPE = 3;
const pairs: [string, string, number][] = [];
for (const text of ["ink", "ink-2", "ink-3"]) for (const back of ["surface", "raised", "canvas", "sunken", "now-t"]) pairs.push([text, back, TEXT]);
for (const region of ["ctx", "pkt", "stk", "map", "num", "unk"]) for (const back of ["surface", `${region}-t`, "now-t", "raised"]) pairs.push([region, back, TEXT]);
for (const verdict of ["pass", "drop", "tx", "redir", "abort"]) {
  pairs.push([`on-${verdict}`, verdict, TEXT], [verdict, "surface", TEXT], [verdict, `${verdict}-t`, TEXT], [verdict, "canvas", TEXT]);
  pairs.push(["ink", `${verdict}-t`, TEXT], ["ink-2", `${verdict}-t`, TEXT]);
}
for (const region of ["ctx", "pkt", "stk", "map"]) for (const text of ["ink", "ink-2", "ink-3"]) pairs.push([text, `${region}-t`, TEXT]);
for (const region of ["ctx", "pkt", "stk", "map", "num"]) pairs.push(["surface", region, TEXT]);
pairs.push(["now-text", "surface", TEXT], ["now-text", "now-t", TEXT], ["on-now", "now", TEXT], ["on-ink", "ink", TEXT], ["drop", "now-t", TEXT], ["pass", "now-t", TEXT]);
pairs.push(["edge", "surface", SHAPE], ["edge", "canvas", SHAPE], ["now-line", "surface", SHAPE], ["now-line", "raised", SHAPE]);

test("contrast of every pairing in both themes", () => {
  const failed = themes().flatMap((theme, i) =>
    pairs.filter(([front, back, least]) => ratio(theme, front, back) < least).map(([front, back, least]) => `${i === 0 ? "light" : "dark"}: ${front} on ${back} under ${least}`),
  );
  assert.deepEqual(failed, []);
});
