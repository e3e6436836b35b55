// One line at the bottom, of which narrow screens show only what must not be missed (`tell`): which rules hold, what the last check said, the connection, the main keys.
import { useEffect, useState } from "preact/hooks";
import { kept } from "../autosave.ts";
import { BY_ID, keysOf } from "../commands.ts";
import { caption } from "../keys.ts";
import { mac } from "../page.ts";
import * as select from "../select.ts";
import { cancel, reconnect } from "../transport.ts";
import { VerdictStatus } from "./VerdictChip.tsx";
import { plural } from "./words.ts";

const PATIENCE = 300;

function Key({ id, label }: { id: string; label: string }) {
  const [key] = keysOf(id);
  if (key === undefined) return null;
  return (
    <button type="button" onClick={() => BY_ID.get(id)?.run()}>
      <kbd>{caption(key, mac)}</kbd> {label}
    </button>
  );
}

function Checked() {
  const check = select.check.value;
  if (check === null) return <span>not checked yet</span>;
  const errors = select.errors.value.length;
  const slots = select.program.value?.slot_count ?? 0;
  return errors > 0 ? (
    <span>
      assembler: <b class="t-drop">{plural(errors, "problem")}</b>
    </span>
  ) : (
    <span>
      assembler: <b class="t-pass">assembled</b>, {plural(slots, "slot")}
    </span>
  );
}

/** A run under way, once it has taken long enough to be worth saying. */
function Running() {
  const progress = select.progress.value;
  const [late, setLate] = useState(false);
  const since = progress?.since;
  useEffect(() => {
    setLate(false);
    if (since === undefined) return;
    const timer = setTimeout(() => setLate(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [since]);
  if (progress === null || !late) return null;
  return (
    <span class="row tell">
      Running, {progress.done.toLocaleString("en")} of {plural(progress.total, "packet")}
      <button type="button" onClick={cancel}>
        <b>Stop</b>
      </button>
    </span>
  );
}

/** Packets that a stopped or endless run did not come to. */
function NotRun() {
  const run = select.run.value;
  if (run === null || run.not_run === 0) return null;
  const { length } = run.packets;
  return (
    <span class="tell">
      <b>
        First {length.toLocaleString("en")} of {(length + run.not_run).toLocaleString("en")} packets
      </b>{" "}
      were sent: the run was stopped, or does not end
    </span>
  );
}

function Server() {
  if (select.connection.value === "online") return null;
  if (select.connection.value === "connecting") return <span>connecting</span>;
  return (
    <button type="button" class="tell" onClick={reconnect}>
      <b class="t-drop">Server lost.</b> Editing and scrubbing go on; nothing new can run. <b>Try now</b>
    </button>
  );
}

/** Work that could be lost. */
function Kept() {
  const { told } = kept.value;
  return told === "" ? null : <span class="tell risk">{told}</span>;
}

export function StatusBar() {
  return (
    <footer class="status">
      <span>
        <b>Linux 6.18 rules</b>
      </span>
      <Checked />
      <VerdictStatus />
      <Running />
      <NotRun />
      <Server />
      <Kept />
      <span class="grow" />
      <Key id="over" label="step" />
      <Key id="over-back" label="back" />
      <Key id="continue" label="continue" />
      <Key id="continue-back" label="reverse-continue" />
      <Key id="keys" label="all keys" />
    </footer>
  );
}
