// What was just done, with the way back. Never errors: those stand where they belong.
import { useEffect } from "preact/hooks";
import * as actions from "../actions.ts";
import * as select from "../select.ts";
import { act } from "../store.ts";
import type { Toast } from "../state.ts";
import { Icon } from "./Icon.tsx";

const LASTS = 8_000;

function One({ toast }: { toast: Toast }) {
  const close = () => act(actions.dismiss, toast.id);
  useEffect(() => {
    const timer = setTimeout(close, LASTS);
    return () => clearTimeout(timer);
  }, [toast.id]);
  const { undo, href } = toast;
  return (
    <div class="toast" role="status">
      <span>{toast.text}</span>
      {href === null ? null : (
        <a class="btn sm" href={href}>
          Open
        </a>
      )}
      {undo === null ? null : (
        <button type="button" class="btn sm" onClick={() => (act(actions.undo, undo), close())}>
          Undo
        </button>
      )}
      <button type="button" class="btn q i sm" aria-label="Close" onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  );
}

export function Toasts() {
  return (
    <div class="toasts">
      {select.toasts.value.map((toast) => (
        <One key={toast.id} toast={toast} />
      ))}
    </div>
  );
}
