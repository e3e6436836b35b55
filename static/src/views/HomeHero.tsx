// The picture on the home page: the SYN guard at packet 16, a moment before it jumps. It leads exactly there.
const [WIRE, HOOK, KERNEL, SERVER] = [30, 170, 330, 500];
const MARKS = [
  ["type", "p"],
  ["proto", "p"],
  ["flags", "p"],
  ["fp-4", "s"],
  ["hit", "m"],
  ["10→11", "m"],
  ["jump", "n"],
] as const;
const TONE = { p: "pkt", s: "stk", m: "map", n: "num" } as const;

function Place({ x, name, big = false }: { x: number; name: string; big?: boolean }) {
  return (
    <>
      <circle cx={x} cy="58" r={big ? 11 : 6} class={big ? "hk" : "tk"} />
      {big ? <circle cx={x} cy="58" r="4.5" fill="var(--ink)" /> : null}
      <text x={x} y="34" text-anchor="middle" class={big ? "hb" : ""}>
        {name}
      </text>
    </>
  );
}

export function HomeHero() {
  return (
    <a class="h1r" href="/workbench?example=syn_guard#p=16&s=24">
      <span class="sr">
        Open this moment in the workbench: packet 16, step 24. A packet goes from the wire to your XDP program and is dropped by instruction 25, because r1 is 10.
      </span>
      <svg viewBox="0 0 560 236" class="hero" aria-hidden="true">
        <path d={`M${WIRE} 58H${SERVER}`} class="hl0" />
        <path d={`M${WIRE} 58H${HOOK}`} class="hl1" />
        <path d={`M${HOOK} 58V112`} stroke="var(--drop)" stroke-width="4" />
        <Place x={WIRE} name="wire" />
        <Place x={HOOK} name="XDP" big />
        <Place x={KERNEL} name="kernel" />
        <Place x={SERVER} name="socket" />
        <circle cx={HOOK} cy="120" r="10" fill="var(--drop)" />
        <path d="M166.500 116.500l7 7M173.500 116.500l-7 7" stroke="var(--on-drop)" stroke-width="2.200" stroke-linecap="round" />
        <g transform="translate(206 92)">
          <rect width="340" height="62" rx="7" fill="var(--now-t)" stroke="var(--now-e)" />
          <path d="M1.500 7v48" stroke="var(--now-line)" stroke-width="3" stroke-linecap="round" />
          <text x="16" y="25" class="hc">
            <tspan class="pc">25</tspan>
            {"  if r1 > 9 goto drop"}
          </text>
          <text x="16" y="46" class="hw">
            r1 is 10 in this run, so it jumps.
          </text>
        </g>
        <path d="M30 194H436" class="hl1" />
        {MARKS.map(([name, tone], i) => (
          <g key={name} transform={`translate(${30 + 68 * i} 202)`}>
            <rect width="58" height="22" rx="3" fill={`var(--${TONE[tone]}-t)`} stroke={`var(--${TONE[tone]}-e)`} />
            <text x="29" y="15" text-anchor="middle" class="he" style={{ fill: `var(--${TONE[tone]})` }}>
              {name}
            </text>
          </g>
        ))}
        <path d="M433 186V232" stroke="var(--now-line)" stroke-width="2.500" />
      </svg>
    </a>
  );
}
