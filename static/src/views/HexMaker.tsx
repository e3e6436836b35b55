// A packet as hex, pasted from any dump; also how a packet of the list is edited.
import type { Signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { api } from "../api.ts";
import { addPackets, replacePacket } from "../sending.ts";
import { state } from "../store.ts";
import { Preview } from "./Asked.tsx";
import { useAsked } from "./asking.ts";

function rows(hex: string): string {
  return (hex.match(/.{1,32}/g) ?? []).map((row) => (row.match(/../g) ?? []).join(" ")).join("\n");
}

export function HexMaker({ editing }: { editing: Signal<number | null> }) {
  const index = editing.value;
  const [text, setText] = useState(() => (index === null ? "" : rows(state.peek().inputs.packets[index] ?? "")));
  const asked = useAsked(text.trim(), () => api.hex(text));
  const data = asked !== null && "reply" in asked ? asked.reply.packets[0]?.data : undefined;
  const take = () => {
    if (data === undefined) return;
    if (index === null) addPackets([data], "adding a packet");
    else replacePacket(index, data);
    editing.value = null;
    if (index === null) setText("");
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <label class="f wide">
        bytes as hex: plain, or a dump of hexdump -C, xxd, tcpdump -xx, Wireshark
        <textarea class="fld m" rows={6} spellcheck={false} autocomplete="off" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <div aria-live="polite">{text.trim() === "" ? null : <Preview asked={asked} />}</div>
      <div class="row mk-f">
        <span class="grow" />
        {index === null ? null : (
          <button type="button" class="btn" onClick={() => (editing.value = null)}>
            Leave it as it is
          </button>
        )}
        <button type="submit" class="btn pri" disabled={data === undefined || text.trim() === ""}>
          {index === null ? "Add and send" : `Change packet ${index + 1}`}
        </button>
      </div>
    </form>
  );
}
