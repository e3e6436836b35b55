// A view onto a large drawing: `scale` px of screen per px of drawing, `x` and `y` the drawing's corner on screen.

export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  x: number;
  y: number;
}

export const LEAST = 0.1;
export const MOST = 3;
const MARGIN = 12;

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** The whole drawing in sight, never enlarged. */
export function fit(drawing: Size, view: Size): Camera {
  const scale = clamp(Math.min((view.width - 2 * MARGIN) / drawing.width, (view.height - 2 * MARGIN) / drawing.height, 1), LEAST, MOST);
  return { scale, x: (view.width - drawing.width * scale) / 2, y: Math.max(MARGIN, (view.height - drawing.height * scale) / 2) };
}

/** As large as is comfortable to read, from the top: what a tall drawing begins with. */
export function comfortable(drawing: Size, view: Size): Camera {
  const whole = fit(drawing, view);
  const scale = clamp((view.width - 2 * MARGIN) / drawing.width, Math.max(whole.scale, 0.75), 1);
  return { scale, x: Math.max(MARGIN, (view.width - drawing.width * scale) / 2), y: drawing.height * scale > view.height ? MARGIN : whole.y };
}

/** Zooms by a factor so that the point at `x`, `y` on screen stays where it is. */
export function zoom(camera: Camera, factor: number, x: number, y: number): Camera {
  const scale = clamp(camera.scale * factor, LEAST, MOST);
  const by = scale / camera.scale;
  return { scale, x: x - (x - camera.x) * by, y: y - (y - camera.y) * by };
}

export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** Keeps some of the drawing in sight. */
export function within(camera: Camera, drawing: Size, view: Size): Camera {
  const [width, height] = [drawing.width * camera.scale, drawing.height * camera.scale];
  const some = 40;
  return { ...camera, x: clamp(camera.x, some - width, view.width - some), y: clamp(camera.y, some - height, view.height - some) };
}

/** Moves as little as brings a box of the drawing into sight; the same camera if it is. */
export function reveal(camera: Camera, box: Box, view: Size): Camera {
  const axis = (at: number, start: number, size: number, room: number) => {
    const from = at + start * camera.scale;
    const to = from + size * camera.scale;
    if (from >= 0 && to <= room) return at;
    if (size * camera.scale > room - 2 * MARGIN || from < MARGIN) return at + MARGIN - from;
    return at + room - MARGIN - to;
  };
  const x = axis(camera.x, box.x, box.width, view.width);
  const y = axis(camera.y, box.y, box.height, view.height);
  return x === camera.x && y === camera.y ? camera : { ...camera, x, y };
}
