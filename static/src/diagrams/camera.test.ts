import assert from "node:assert/strict";
import test from "node:test";
import { comfortable, fit, MOST, pan, reveal, within, zoom } from "./camera.ts";

const VIEW = { width: 400, height: 300 };

test("a small drawing is centred at its size, a large one shrunk into sight", () => {
  assert.deepEqual(fit({ width: 100, height: 100 }, VIEW), { scale: 1, x: 150, y: 100 });
  const { scale, x } = fit({ width: 800, height: 100 }, VIEW);
  assert.ok(scale < 0.5 && x >= 0);
});

test("a tall drawing begins at its top, large enough to read", () => {
  const camera = comfortable({ width: 300, height: 3000 }, VIEW);
  assert.equal(camera.scale, 1);
  assert.equal(camera.y, 12);
});

test("zooming keeps the point under the pointer", () => {
  const before = { x: 10, y: 20, scale: 1 };
  const after = zoom(before, 2, 110, 70);
  assert.deepEqual([(110 - after.x) / after.scale, (70 - after.y) / after.scale], [100, 50]);
  assert.equal(zoom(before, 100, 0, 0).scale, MOST);
});

test("something of the drawing always stays in sight", () => {
  const far = within(pan({ x: 0, y: 0, scale: 1 }, -9999, 9999), { width: 100, height: 100 }, VIEW);
  assert.deepEqual([far.x, far.y], [-60, 260]);
});

test("revealing moves only when needed, and then as little as needed", () => {
  const camera = { x: 0, y: 0, scale: 1 };
  assert.equal(reveal(camera, { x: 10, y: 10, width: 50, height: 50 }, VIEW), camera);
  assert.equal(reveal(camera, { x: 10, y: 500, width: 50, height: 50 }, VIEW).y, 300 - 12 - 550);
});
