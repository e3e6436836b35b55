// The run as numbered sentences, each a link to its step; copyable.
import { useEffect, useRef } from "preact/hooks";
import * as actions from "../actions.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";
import * as time from "../time.ts";
import { Icon } from "./Icon.tsx";
import { plain } from "../parts.ts";

interface Line {
  step: number;
  text: string;
}

function lines(): Line[] {
  const window = select.window.value;
  return (window?.steps ?? []).map((step, i) => ({ step: (window?.first ?? 0) + i + 1, text: plain(step.did) }));
}

export function Transcript() {
  const box = useRef<HTMLDivElement>(null);
  const all = lines();
  const here = select.place.value.step;
  const total = select.steps.value;
  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    box.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const copy = () => navigator.clipboard?.writeText(all.map(({ step, text }) => `${step}. ${text}`).join("\n"));
  const range = all.length < total ? `steps ${all[0]?.step ?? 0} to ${all.at(-1)?.step ?? 0} of ${total.toLocaleString("en")}` : `${total} steps`;
  return (
    <div class="pop script" role="dialog" aria-label="Transcript" tabIndex={-1} ref={box}>
      <div class="pane-h">
        <h2>Transcript</h2>
        <span class="meta">{range}</span>
        <span class="grow" />
        <button type="button" class="btn sm" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" class="btn q i sm" aria-label="Close" onClick={() => act(actions.setOverlay, null)}>
          <Icon name="close" />
        </button>
      </div>
      <ol>
        {all.map(({ step, text }) => (
          <li key={step} aria-current={step === here ? "step" : undefined}>
            <button type="button" onClick={() => time.seek(step)}>
              <span class="dim m">{step}</span>
              <span>{text}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
