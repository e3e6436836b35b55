// All keys, and how to change them: press a key cap, then the new keys.
import { useEffect, useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { BY_ID, COMMANDS, keyChanges, keysOf, rebind, resetKeys, type Command } from "../commands.ts";
import { caption, chordOf } from "../keys.ts";
import { mac } from "../page.ts";
import { act } from "../store.ts";
import { Icon } from "./Icon.tsx";

const GROUPS: readonly Command["group"][] = ["Time", "Verifier", "Editor", "Program", "View"];

interface CapProps {
  command: Command;
  listening: boolean;
  listen: (id: string | null) => void;
}

function Cap({ command, listening, listen }: CapProps) {
  const chords = keysOf(command.id);
  const changed = command.id in keyChanges.value;
  const onKey = (event: KeyboardEvent) => {
    if (!listening) return;
    const chord = chordOf(event);
    event.preventDefault();
    event.stopPropagation();
    if (chord === null) return;
    if (chord !== "Escape") rebind(command.id, chord === "Delete" || chord === "Backspace" ? [] : [chord]);
    listen(null);
  };
  return (
    <>
        {changed ? (
          <button type="button" class="btn q sm" onClick={() => rebind(command.id, null)}>
            Give back
          </button>
        ) : null}
        <button
          type="button"
          class={listening ? "bind on" : "bind"}
          aria-label={`${command.title}: ${chords.map((chord) => caption(chord, mac)).join(", ") || "no key"}. Press to change.`}
          onClick={() => listen(command.id)}
          onKeyDown={onKey}
          onBlur={() => listening && listen(null)}
        >
          {listening ? "press keys" : chords.length === 0 ? <span class="dim">none</span> : chords.map((chord) => <kbd key={chord}>{caption(chord, mac)}</kbd>)}
        </button>
    </>
  );
}

/** A command, and beside it the one that does the same back in time. */
function Row({ command, waiting, listen }: { command: Command; waiting: string | null; listen: (id: string | null) => void }) {
  const back = BY_ID.get(`${command.id}-back`);
  const cap = (its: Command) => <Cap command={its} listening={waiting === its.id} listen={listen} />;
  return (
    <tr>
      <td>{command.title}</td>
      <td>{cap(command)}</td>
      <td>{back === undefined ? null : cap(back)}</td>
    </tr>
  );
}

export function KeysHelp() {
  const [waiting, listen] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const shown = (group: Command["group"]) =>
    COMMANDS.filter(({ id, keys, group: its }) => its === group && !id.endsWith("-back") && (keys.length > 0 || keysOf(id).length > 0));
  return (
    <div class="pop keys" role="dialog" aria-label="All keys" tabIndex={-1} ref={box}>
      <div class="pane-h">
        <h2>Keys</h2>
        <span class="meta">Alt turns a key around in time. Press one to change it; Delete frees it.</span>
        <span class="grow" />
        <button type="button" class="btn q sm" onClick={resetKeys}>
          Reset
        </button>
        <button type="button" class="btn q i sm" aria-label="Close" onClick={() => act(actions.setOverlay, null)}>
          <Icon name="close" />
        </button>
      </div>
      <div class="keys-b">
        {GROUPS.map((group) => (
          <table key={group}>
            <thead>
              <tr>
                <th scope="col">{group}</th>
                {group === "Time" ? <th scope="col">forward</th> : <td />}
                {group === "Time" ? <th scope="col">back</th> : <td />}
              </tr>
            </thead>
            <tbody>
              {shown(group).map((command) => (
                <Row key={command.id} command={command} waiting={waiting} listen={listen} />
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </div>
  );
}
