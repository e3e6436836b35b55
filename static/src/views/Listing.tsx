// What the text became: pc, raw bytes, and the instruction as llvm-objdump prints it.
import type { SlotView } from "../schemas.ts";
import * as select from "../select.ts";
import { linked } from "./hovering.ts";
import { useWindowed } from "./windowed.ts";

const ROW = 19;

function Line({ slot, now, last, off, lit }: { slot: SlotView; now: boolean; last: boolean; off: boolean; lit: boolean }) {
  const names = ["ln", now && "now", last && "last", off && "off", lit && "link"].filter(Boolean).join(" ");
  const raw = slot.raw.match(/../g)?.slice(0, 8).join(" ") ?? "";
  return (
    <div class={names} role="listitem" aria-current={now ? "step" : undefined} title={slot.say} {...linked({ kind: "pc", pc: slot.pc }, slot.text)}>
      <span class="pc">{slot.pc}</span>
      <span class="raw">{raw}</span>
      <span class="tx">{slot.text}</span>
    </div>
  );
}

export function Listing() {
  const slots = select.slots.value;
  const { ref, from, to, before, after } = useWindowed(slots.length, ROW);
  const { snapshot, done } = select.here.value;
  const walked = select.walked.value;
  const { pcs } = select.related.value;
  return (
    <div class="listing" ref={ref} tabIndex={0} aria-label="Listing">
      {slots.length === 0 ? (
        <div class="sb">The listing appears here when the program assembles.</div>
      ) : (
        <div class="code" role="list" aria-label="Instructions" style={{ paddingTop: `${before}px`, paddingBottom: `${after}px` }}>
          {slots.slice(from, to).map((slot) => (
            <Line
              key={slot.pc}
              slot={slot}
              now={slot.pc === snapshot?.pc && snapshot.end === null}
              last={slot.pc === done?.pc}
              off={walked.size > 0 && !walked.has(slot.pc)}
              lit={pcs.has(slot.pc)}
            />
          ))}
        </div>
      )}
    </div>
  );
}
