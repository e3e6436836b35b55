// Where packets come from and what becomes of them: hook, way, list, and the making of new ones. Captures may be dropped anywhere on it.
import { signal } from "@preact/signals";
import * as select from "../select.ts";
import { state } from "../store.ts";
import { readCapture } from "./CaptureMaker.tsx";
import { EventRows } from "./EventRows.tsx";
import { PacketList } from "./PacketList.tsx";
import { PacketMaker, type Way } from "./PacketMaker.tsx";
import { PathStrip } from "./PathStrip.tsx";
import { RunSettings } from "./RunSettings.tsx";

const way = signal<Way>("form");
const editing = signal<number | null>(null);
const making = signal(false);
const over = signal(false);

function edit(): void {
  editing.value = state.peek().cursor.packet;
  way.value = "hex";
  making.value = true;
}

function onDrop(event: DragEvent): void {
  const [file] = event.dataTransfer?.files ?? [];
  over.value = false;
  if (file === undefined) return;
  event.preventDefault();
  way.value = "capture";
  making.value = true;
  void readCapture(file);
}

function onDragOver(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  over.value = true;
}

export function PacketsPane() {
  const open = making.value || select.inputs.value.packets.length === 0;
  if (!select.takesPackets.value) {
    return (
      <div class="pane-b pks">
        <RunSettings />
        <PathStrip />
        <EventRows />
      </div>
    );
  }
  return (
    <div class={over.value ? "pane-b pks over" : "pane-b pks"} onDragOver={onDragOver} onDragLeave={() => (over.value = false)} onDrop={onDrop}>
      <RunSettings />
      <PathStrip />
      <PacketList edit={edit} />
      {open ? <PacketMaker way={way} editing={editing} /> : null}
      {select.inputs.value.packets.length === 0 ? null : (
        <p class="mk-o">
          <button type="button" class="btn sm" aria-expanded={open} onClick={() => ((making.value = !open), (editing.value = null))}>
            {open ? "Close" : "Add packets"}
          </button>
        </p>
      )}
    </div>
  );
}
