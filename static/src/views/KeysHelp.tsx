// All keys, and how to change them: press a key cap, then the new keys.
import { useEffect, useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { BY_ID, COMMANDS, keyChanges, keysOf, rebind, resetKeys, type Command } from "../commands.ts";
import { caption, chordOf } from "../keys.ts";
import { mac } from "../page.ts";
import { act } from "../store.ts";
import { Icon } from "./Icon.tsx";

const GROUPS: readonly Command["group"][] = ["Time", "Editor", "Program", "View"];

function Row({ command, listening, listen }: { command: Command; listening: boolean; listen: (id: string | null) => void }) {
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
    <tr>
      <td>{command.title}</td>
      <td>
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
      </td>
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
  const shown = (group: Command["group"]) => COMMANDS.filter(({ id, keys, group: its }) => its === group && (keys.length > 0 || BY_ID.has(id)) && (keys.length > 0 || keysOf(id).length > 0));
  return (
    <div class="pop keys" role="dialog" aria-label="All keys" tabIndex={-1} ref={box}>
      <div class="pane-h">
        <h2>Keys</h2>
        <span class="meta">In time, Alt turns any key around. Press a key cap to change it, Delete to free it.</span>
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
            <caption class="lbl">{group}</caption>
            <tbody>
              {shown(group).map((command) => (
                <Row key={command.id} command={command} listening={waiting === command.id} listen={listen} />
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </div>
  );
}
