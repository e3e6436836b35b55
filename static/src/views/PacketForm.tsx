// The packets to send: what the pane's header says. The rest is fetched when it is first open.
import * as select from "../select.ts";
import { lazy } from "./lazy.tsx";
import { plural } from "./words.ts";

export function PacketFormHead() {
  const runs = select.run.value?.packets ?? [];
  const dropped = runs.filter(({ effect }) => effect === "drop").length;
  const count = select.count.value;
  const thing = select.takesPackets.value ? "packet" : "event";
  return (
    <>
      <span class="meta">
        {count === 0 ? "none yet" : plural(count, thing)}
        {dropped === 0 ? "" : `, ${dropped.toLocaleString("en")} dropped`}
      </span>
      <span class="grow" />
    </>
  );
}

export const PacketFormBody = lazy(() => import("./PacketsPane.tsx").then((module) => module.PacketsPane));
