// Paints what is in flight on a canvas above the map: all dots of a kind at once.
import { TALL, WIDTH } from "./geometry.ts";
import { inFlight, playing } from "./play.ts";
import * as state from "./state.ts";
import { spotOf, type Spot, type Tone } from "./ways.ts";

const RADIUS = 4;
/** So near to a dot, in units of the drawing, a press means it. */
const REACH = 12;
const DENSEST = 2;
const ROUND = 2 * Math.PI;
/** Dots of packets that go the same way at once lie a little apart. */
const APART = [0, 2.2, -2.2, 1.1, -1.1];

const COLOURS = { fly: "--ink-2", rim: "--surface", pass: "--pass", drop: "--drop", tx: "--tx", aborted: "--abort", wait: "--ink-3", note: "--ink-2", now: "--now", edge: "--now-e", mark: "--on-drop" } as const;
type Colour = keyof typeof COLOURS;

interface Dot {
  index: number;
  x: number;
  y: number;
  ended: number;
  tone: Tone;
}

/** Draws on one canvas; `dots` is what it drew last. */
export class Painter {
  dots: Dot[] = [];
  private readonly canvas: HTMLCanvasElement;
  private readonly paint: CanvasRenderingContext2D | null;
  private colours: Readonly<Record<Colour, string>> | null = null;
  private scale = 1;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.paint = canvas.getContext("2d");
  }

  /** Colours or size may have changed. */
  refit(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const dense = Math.min(DENSEST, devicePixelRatio);
    this.canvas.width = clientWidth * dense;
    this.canvas.height = clientHeight * dense;
    this.scale = Math.min(this.canvas.width / WIDTH, this.canvas.height / TALL);
    this.colours = Object.fromEntries(Object.entries(COLOURS).map(([name, variable]) => [name, this.resolved(variable)])) as Record<Colour, string>;
  }

  /** What a colour is in the theme of now: a variable alone holds both. */
  private resolved(variable: string): string {
    this.canvas.style.color = `var(${variable})`;
    return getComputedStyle(this.canvas).color;
  }

  draw(): void {
    const { paint, canvas, scale } = this;
    if (this.colours === null) this.refit();
    if (paint === null) return;
    this.dots = collect();
    paint.setTransform(1, 0, 0, 1, 0, 0);
    paint.clearRect(0, 0, canvas.width, canvas.height);
    paint.setTransform(scale, 0, 0, scale, (canvas.width - WIDTH * scale) / 2, (canvas.height - TALL * scale) / 2);
    this.flying(paint);
    this.ending(paint);
    this.chosen(paint);
  }

  private flying(paint: CanvasRenderingContext2D): void {
    paint.beginPath();
    for (const { x, y, ended } of this.dots) {
      if (ended > 0) continue;
      paint.moveTo(x + RADIUS, y);
      paint.arc(x, y, RADIUS, 0, ROUND);
    }
    paint.fillStyle = this.colour("fly");
    paint.strokeStyle = this.colour("rim");
    paint.lineWidth = 1;
    paint.fill();
    paint.stroke();
  }

  private ending(paint: CanvasRenderingContext2D): void {
    for (const { x, y, ended, tone } of this.dots) {
      if (ended === 0) continue;
      const fallen = tone === "drop" || tone === "aborted";
      paint.globalAlpha = fallen ? Math.min(1, 2.2 - 2.2 * ended) : 1 - ended;
      paint.beginPath();
      paint.arc(x, y, fallen ? RADIUS + 1 : RADIUS + 4 * ended, 0, ROUND);
      if (tone === "note") {
        paint.strokeStyle = this.colour("note");
        paint.lineWidth = 2;
        paint.stroke();
        continue;
      }
      paint.fillStyle = this.colour(tone);
      paint.fill();
      if (!fallen) continue;
      paint.beginPath();
      paint.moveTo(x - 2, y - 2);
      paint.lineTo(x + 2, y + 2);
      paint.moveTo(x + 2, y - 2);
      paint.lineTo(x - 2, y + 2);
      paint.strokeStyle = this.colour("mark");
      paint.lineWidth = 1.3;
      paint.stroke();
    }
    paint.globalAlpha = 1;
  }

  /** The one that is looked at; standing still it is drawn with the map. */
  private chosen(paint: CanvasRenderingContext2D): void {
    if (!playing.peek()) return;
    const index = state.event.peek()?.row.index;
    for (const { index: known, x, y } of this.dots) {
      if (known !== index) continue;
      paint.beginPath();
      paint.arc(x, y, 8.5, 0, ROUND);
      paint.fillStyle = this.colour("now");
      paint.strokeStyle = this.colour("edge");
      paint.lineWidth = 1.5;
      paint.fill();
      paint.stroke();
    }
  }

  private colour(name: Colour): string {
    return this.colours?.[name] ?? "";
  }

  /** The event whose dot is at a place of the window. */
  at(clientX: number, clientY: number): number | null {
    const box = this.canvas.getBoundingClientRect();
    const scale = Math.min(box.width / WIDTH, box.height / TALL);
    const x = (clientX - box.left - (box.width - WIDTH * scale) / 2) / scale;
    const y = (clientY - box.top - (box.height - TALL * scale) / 2) / scale;
    let best: number | null = null;
    let near = REACH ** 2;
    for (const dot of this.dots) {
      const far = (dot.x - x) ** 2 + (dot.y - y) ** 2;
      if (far < near) [best, near] = [dot.index, far];
    }
    return best;
  }
}

function collect(): Dot[] {
  const dots: Dot[] = [];
  const spot: Spot = { x: 0, y: 0, ended: 0 };
  const standing = playing.peek() ? undefined : state.event.peek()?.row.index;
  inFlight((index, way, age) => {
    if (index === standing) return;
    for (const track of way.tracks) {
      if (!spotOf(track, age, spot)) continue;
      dots.push({ index, x: spot.x, y: spot.y + (APART[index % APART.length] ?? 0), ended: spot.ended, tone: track.tone });
    }
  });
  return dots;
}
