// A packet by its fields. The server builds it as it is typed, and names the field that is wrong.
import { signal } from "@preact/signals";
import { api } from "../api.ts";
import { COMMON, fieldOfError, FORMS, packetOf, type FormField, type PacketForm, type Values } from "../packetForms.ts";
import { addPackets, type Asked } from "../sending.ts";
import { Preview } from "./Asked.tsx";
import { useAsked } from "./asking.ts";
import { choosing } from "./choosing.ts";
import { plural } from "./words.ts";

const chosen = signal(FORMS[0]!.id);
/** What was typed, by form and path: switching between forms loses nothing. */
const typed = signal<Readonly<Record<string, Values>>>({});
const repeat = signal({ count: "1", every: "1" });

/** Has fields hold other values than their own until somebody types: by form and path. */
export function preset(values: Readonly<Record<string, Values>>): void {
  typed.value = { ...values, ...typed.value };
}

function setValue(form: string, path: string, value: string): void {
  typed.value = { ...typed.value, [form]: { ...typed.value[form], [path]: value } };
}

interface FieldProps {
  form: PacketForm;
  field: FormField;
  bad: boolean;
}

function Flags({ form, field }: { form: PacketForm; field: FormField }) {
  const on = (typed.value[form.id]?.[field.path] ?? field.value).split(" ").filter(Boolean);
  const flip = (flag: string) => setValue(form.id, field.path, (on.includes(flag) ? on.filter((other) => other !== flag) : [...on, flag]).join(" "));
  return (
    <div class="f wide" role="group" aria-label={field.label}>
      <span class="lbl">{field.label}</span>
      <span class="row chips">
        {field.choices?.map((flag) => (
          <button key={flag} type="button" class="chk" aria-pressed={on.includes(flag)} onClick={() => flip(flag)}>
            {flag}
          </button>
        ))}
      </span>
    </div>
  );
}

function Field({ form, field, bad }: FieldProps) {
  if (field.kind === "flags") return <Flags form={form} field={field} />;
  const value = typed.value[form.id]?.[field.path] ?? field.value;
  const marks = { class: bad ? "fld m bad" : "fld m", "aria-invalid": bad, "aria-describedby": bad ? "form-error" : undefined };
  return (
    <label class={field.wide ? "f wide" : "f"}>
      {field.label}
      {field.kind === "choice" ? (
        <select {...marks} value={value} onChange={(event) => setValue(form.id, field.path, event.currentTarget.value)}>
          {field.choices?.map((choice) => (
            <option key={choice} value={choice}>
              {choice || "none"}
            </option>
          ))}
        </select>
      ) : (
        <input {...marks} type="text" autocomplete="off" spellcheck={false} value={value} onInput={(event) => setValue(form.id, field.path, event.currentTarget.value)} />
      )}
    </label>
  );
}

/** How many to add, and how far apart in ms; null where that is no number. */
function times(): Many | null {
  const count = Number(repeat.value.count);
  const every = Number(repeat.value.every);
  return Number.isInteger(count) && count >= 1 && count <= 1_000 && every >= 0 && every <= 3.6e6 ? { count, interval: Math.round(every * 1e6) } : null;
}

/** How many times, and how far apart in ns. */
export interface Many {
  count: number;
  interval: number;
}

/** What is done with a packet once it is made: as it was described, and as bytes in hex. */
export type Send = (packet: Record<string, unknown>, data: string, many: Many) => void;

function addToList(_: Record<string, unknown>, data: string, many: Many): void {
  addPackets(Array.from({ length: many.count }, () => data), `adding ${plural(many.count, "packet")}`, many.interval);
}

function Add({ asked, packet, send, act }: { asked: Asked | null; packet: Record<string, unknown>; send: Send; act: string }) {
  const many = times();
  const data = asked !== null && "reply" in asked ? asked.reply.packets[0]?.data : undefined;
  const add = () => {
    if (data !== undefined && many !== null) send(packet, data, many);
  };
  return (
    <div class="row mk-f">
      <label class="f">
        how many
        <input class="fld m" type="number" min="1" max="1000" value={repeat.value.count} onInput={(event) => (repeat.value = { ...repeat.value, count: event.currentTarget.value })} />
      </label>
      <label class="f">
        ms apart
        <input class="fld m" type="number" min="0" step="any" value={repeat.value.every} onInput={(event) => (repeat.value = { ...repeat.value, every: event.currentTarget.value })} />
      </label>
      <span class="grow" />
      <button type="button" class="btn pri" disabled={data === undefined || many === null} onClick={add}>
        {many === null || many.count === 1 ? act : `${act} ${many.count}`}
      </button>
    </div>
  );
}

interface Props {
  send?: Send;
  /** What the button says. */
  act?: string;
}

export function FormMaker({ send = addToList, act = "Add and send" }: Props) {
  const form = FORMS.find(({ id }) => id === chosen.value) ?? FORMS[0]!;
  const packet = packetOf(form, typed.value[form.id] ?? {});
  const asked = useAsked(JSON.stringify(packet), () => api.form([packet]));
  const wrong = asked !== null && "failure" in asked ? fieldOfError(form, asked.failure.message) : null;
  const field = (one: FormField) => <Field key={`${form.id}/${one.path}`} form={form} field={one} bad={one.path === wrong} />;
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <div class="chips" role="radiogroup" aria-label="Kind of packet" onKeyDown={choosing}>
        {FORMS.map(({ id, title }) => (
          <button key={id} type="button" role="radio" class={id === form.id ? "chk on" : "chk"} aria-checked={id === form.id} tabIndex={id === form.id ? 0 : -1} onClick={() => (chosen.value = id)}>
            {title}
          </button>
        ))}
      </div>
      <div class="fields">{form.fields.map(field)}</div>
      <details open={COMMON.some(({ path }) => path === wrong) || undefined}>
        <summary>Ethernet and size</summary>
        <div class="fields">{COMMON.map(field)}</div>
      </details>
      <div id="form-error" aria-live="polite">
        <Preview asked={asked} />
      </div>
      <Add asked={asked} packet={packet} send={send} act={act} />
    </form>
  );
}
