// One packet, call or wake-up made by hand and sent through the map; all that were, in order.
import { signal } from "@preact/signals";
import { choosing } from "../../views/choosing.ts";
import { FormMaker, preset, type Many } from "../../views/FormMaker.tsx";
import { Icon } from "../../views/Icon.tsx";
import { plural } from "../../views/words.ts";
import { EVENT_FORMS, ownScript, type EventForm, type OwnEvent } from "../own.ts";
import { sendOwn } from "../run.ts";
import * as state from "../state.ts";

/** The modeled host: where packets go unless somebody types another address. */
const [HOST, HOST_6] = ["192.0.2.1", "2001:db8:1::1"];

preset({
  tcp: { "tcp.dst": HOST },
  http: { "tcp.dst": HOST },
  dns: { "udp.dst": HOST },
  udp: { "udp.dst": HOST, "udp.dport": "53" },
  ping: { "icmp.dst": HOST },
  arp: { "arp.target_ip": HOST, "arp.sender_ip": "192.0.2.7" },
  tcp6: { "tcp.dst": HOST_6 },
  ping6: { "icmpv6.dst": HOST_6 },
});

const kind = signal<"packet" | "event">("packet");
const chosen = signal(EVENT_FORMS[0]?.id ?? "");
const typed = signal<Readonly<Record<string, Readonly<Record<string, string>>>>>({});

function sendPacket(packet: Record<string, unknown>, _: string, { count, interval }: Many): void {
  sendOwn(count === 1 ? { packet } : { packet, repeat: count, every: `${interval}ns` });
}

function Event({ form }: { form: EventForm }) {
  const values = { ...Object.fromEntries(form.fields.map(({ name, value }) => [name, value])), ...typed.value[form.id] };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        sendOwn(form.make(values));
      }}
    >
      <div class="fields">
        {form.fields.map(({ name, label, kind: type }) => (
          <label key={name} class="f">
            {label}
            <input class="fld m" type="text" inputmode={type === "number" ? "numeric" : "text"} autocomplete="off" spellcheck={false} value={values[name]} onInput={({ currentTarget }) => (typed.value = { ...typed.value, [form.id]: { ...typed.value[form.id], [name]: currentTarget.value } })} />
          </label>
        ))}
      </div>
      <p class="meta dim">Seen at {form.seen}, for example.</p>
      <div class="row mk-f">
        <span class="grow" />
        <button type="submit" class="btn pri">
          Send
        </button>
      </div>
    </form>
  );
}

function EventMaker() {
  const form = EVENT_FORMS.find(({ id }) => id === chosen.value);
  return (
    <>
      <div class="chips" role="radiogroup" aria-label="What happens" onKeyDown={choosing}>
        {EVENT_FORMS.map(({ id, title }) => (
          <button key={id} type="button" role="radio" class={id === chosen.value ? "chk on" : "chk"} aria-checked={id === chosen.value} tabIndex={id === chosen.value ? 0 : -1} onClick={() => (chosen.value = id)}>
            {title}
          </button>
        ))}
      </div>
      {form === undefined ? null : <Event form={form} />}
    </>
  );
}

function titleOf(event: OwnEvent): string {
  if ("packet" in event) {
    const names = Object.keys(event.packet as object).filter((name) => !["eth", "vlan", "payload", "pad", "cut"].includes(name));
    return `${names.join(", ").toUpperCase()} packet${typeof event.repeat === "number" ? `, ${event.repeat} times` : ""}`;
  }
  if ("syscall" in event) return `${String(event.process)}: ${String(event.syscall)}`;
  return "runs" in event ? `${String(event.runs)} wants a CPU for ${String(event.takes)}` : `${String(event.wakes)} wakes`;
}

function Sent() {
  const events = state.own.value;
  if (events.length === 0) return null;
  return (
    <section class="att" aria-label="Sent by hand">
      <div class="row">
        <h3 class="grow">{plural(events.length, "event")} made by hand</h3>
        <button
          type="button"
          class="btn q sm"
          title="Go on in a script, where there is more to say"
          onClick={() => {
            state.script.value = ownScript(events);
            state.source.value = "script";
          }}
        >
          As a script
        </button>
        <button type="button" class="btn q sm" onClick={() => (state.own.value = [])}>
          Forget all
        </button>
      </div>
      <ol class="atts">
        {events.map((event, n) => (
          <li key={n} class="row">
            <span class="grow ell">{titleOf(event)}</span>
            <button type="button" class="btn q i sm" aria-label={`Take out ${titleOf(event)}`} onClick={() => (state.own.value = events.filter((_, at) => at !== n))}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Own() {
  return (
    <>
      <div class="mk own">
        <div class="seg sm" role="tablist" aria-label="What is made" onKeyDown={choosing}>
          {(["packet", "event"] as const).map((id) => (
            <button key={id} type="button" role="tab" aria-selected={kind.value === id} tabIndex={kind.value === id ? 0 : -1} onClick={() => (kind.value = id)}>
              {id === "packet" ? "Packet" : "Call or scheduler"}
            </button>
          ))}
        </div>
        {kind.value === "packet" ? <FormMaker send={sendPacket} act="Send" /> : <EventMaker />}
      </div>
      <Sent />
    </>
  );
}
