// "Stop here only if …": a small form beside the line.
import { useEffect, useRef } from "preact/hooks";
import * as actions from "../actions.ts";
import { prompt } from "../editor/condition.ts";
import { act } from "../store.ts";

export function ConditionPrompt() {
  const open = prompt.value;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (open === null) return;
    const before = document.activeElement;
    input.current?.select();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [open]);
  if (open === null) return null;
  const close = () => (prompt.value = null);
  const set = (event: SubmitEvent) => {
    event.preventDefault();
    act(actions.setCondition, open.line, input.current?.value ?? "");
    close();
  };
  const left = Math.max(8, Math.min(open.x, innerWidth - 340));
  const top = Math.max(8, Math.min(open.y + 4, innerHeight - 150));
  return (
    <div
      class="pop"
      role="dialog"
      aria-label={`Breakpoint on line ${open.line}`}
      style={{ left: `${left}px`, top: `${top}px` }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) close();
      }}
    >
      <form class="bpop" onSubmit={set}>
      <label class="f">
        Stop on line {open.line} only if
        <input ref={input} class="fld m" defaultValue={open.value} placeholder="r1 > 9, empty stops always" spellcheck={false} />
      </label>
      <div class="row">
        <button type="submit" class="btn pri sm">
          Set
        </button>
        <button type="button" class="btn sm" onClick={() => (act(actions.setBreakpoints, []), close())}>
          Remove all breakpoints
        </button>
      </div>
      </form>
    </div>
  );
}
