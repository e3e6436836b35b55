// Line icons on a 16 by 16 grid.
const PATHS = {
  first: "M13 4v8L6.5 8zM4 4v8",
  reverse: "M13.5 4v8L8 8zM7.8 4v8L2.5 8z",
  forward: "M2.5 4v8L8 8zM8.2 4v8l5.3-4z",
  last: "M3 4v8l6.5-4zM12 4v8",
  path: "M3 5h4l3 6h3M11 9l2 2-2 2",
  pathBack: "M13 5H9l-3 6H3M5 9l-2 2 2 2",
  left: "M13 8H3M7 4L3 8l4 4",
  right: "M3 8h10M9 4l4 4-4 4",
  over: "M2.5 9a5.5 5.5 0 0110-2.5M13 3v4H9M7 13h2",
  out: "M8 9V2M5 5l3-3 3 3M7 13h2",
  search: "M7 11.5a4.5 4.5 0 100-9 4.5 4.5 0 000 9zM10.5 10.5L14 14",
  share: "M8 10V2.5M5 5l3-3 3 3M3 9v4.5h10V9",
  theme: "M13 9.5A5.5 5.5 0 016.5 3a5.5 5.5 0 106.5 6.5z",
  cloud: "M4.5 12h7a2.5 2.5 0 00.3-5A3.8 3.8 0 004.6 6 3 3 0 004.5 12z",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  down: "M4 6l4 4 4-4",
  up: "M4 10l4-4 4 4",
  play: "M5 3v10l8-5z",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  pass: "M3 8.5l3.2 3L13 4.5",
  drop: "M4 4l8 8M12 4l-8 8",
  tx: "M12 5H5a2.5 2.5 0 000 5h7M9.5 7.5L12 10l-2.5 2.5",
  redirect: "M3 12V8a2 2 0 012-2h8M10 3l3 3-3 3",
  aborted: "M8 3v6M8 12v.6",
  deny: "M4.2 4.2l7.6 7.6M8 14A6 6 0 108 2a6 6 0 000 12z",
  ignored: "M3 8h10",
  wait: "M8 14A6 6 0 108 2a6 6 0 000 12zM8 5v3l2 1.5",
  code: "M5.5 4L2 8l3.5 4M10.5 4L14 8l-3.5 4",
  state: "M2.5 3.5h11v9h-11zM2.5 6.5h11M6 6.5v6",
  packet: "M2.5 5L8 2l5.5 3v6L8 14l-5.5-3zM2.5 5L8 8l5.5-3M8 8v6",
  maps: "M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3zM9 9h4v4H9z",
  run: "M3 4h10M3 8h10M3 12h6",
  read: "M2.5 3h4.5A1.5 1.5 0 018 4v9.500a1.500 1.500 0 00-1.500-1h-4zM13.500 3H9a1.500 1.500 0 00-1 1v9.500a1.500 1.500 0 011.500-1h4z",
  flag: "M4 14V2.500h8l-2 3 2 3H4",
  hint: "M6 13h4M6.500 11c0-1.500-2-2.300-2-4.700a3.500 3.500 0 017 0c0 2.400-2 3.200-2 4.700z",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  folder: "M2.500 4h4l1.500 1.500h5.500v7h-11z",
} as const;

export type IconName = keyof typeof PATHS;
const FILLED: ReadonlySet<IconName> = new Set(["play", "first", "reverse", "forward", "last"]);

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={FILLED.has(name) ? "ic f" : "ic"} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
