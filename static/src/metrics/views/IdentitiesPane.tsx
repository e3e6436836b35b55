// A number for each set of labels, and the trie that finds it by address.
import type { PolicyIdentity } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";
import { useRoving } from "../../views/useRoving.ts";
import * as state from "../state.ts";
import { Say, Step } from "./Step.tsx";

function Row({ one }: { one: PolicyIdentity }) {
  const on = state.shining.value.identities.has(one.number);
  const aim = { identity: one.number };
  return (
    <tr
      data-rove
      class={on ? "hlr" : ""}
      aria-current={on ? "true" : undefined}
      onMouseEnter={() => (state.aim.value = aim)}
      onFocus={() => (state.aim.value = aim)}
      onBlur={() => (state.aim.value = null)}
    >
      <td class="m">
        <b>{one.number}</b>
      </td>
      <td class="m lb">
        {one.labels.map((label) => (
          <span key={label}>{label} </span>
        ))}
      </td>
      <td class="dim">{one.namespace}</td>
      <td>{one.who}</td>
    </tr>
  );
}

/** The packet of the chosen cell arrives: whose is its address? */
function Arrives() {
  const told = state.told.value;
  const number = state.door.value;
  const answer = told?.reply.answers.find(({ door }) => door === number) ?? told?.reply.answers[told.reply.answers.length - 1];
  const identities = state.decided.value.view?.identities ?? [];
  const whole = identities.find(({ prefixes }) => prefixes.includes("0.0.0.0/0"));
  const asked = answer?.questions[0];
  if (answer === undefined || asked === undefined) return null;
  const [prefix = "", found = ""] = asked.found.split(" is ");
  const [identity = "", who = ""] = found.split(", ", 2);
  return (
    <div class="ask">
      <h4>
        A packet {answer.direction === "ingress" ? "arrives from" : "leaves for"} {answer.peer}
      </h4>
      <p>
        It carries an address, not a label. A second map, <b class="m r-m">ipcache</b>, is a longest-prefix trie from address to identity.
      </p>
      <div class="kv">
        <span class="m">{prefix}</span>
        <Icon name="right" />
        <b class="m">{identity}</b>
        <span class="dim">{who}</span>
      </div>
      {whole === undefined || prefix === "0.0.0.0/0" ? null : (
        <div class="kv off">
          <span class="m">0.0.0.0/0</span>
          <Icon name="right" />
          <span class="m">{whole.number}</span>
          <span class="dim">everything else is outside</span>
        </div>
      )}
    </div>
  );
}

export function IdentitiesPane() {
  const roving = useRoving<HTMLTableSectionElement>();
  const { view, stale } = state.decided.value;
  const none = view !== null && view.identities.every(({ kind }) => kind !== "pods");
  return (
    <Step number={2} title="Identities" meta="one number per set of labels" stale={stale}>
      {none ? <Say title="No pod yet">Write Pods with their labels and addresses in cluster.yaml.</Say> : null}
      {view === null ? null : (
        <table class="tb idt" aria-label="Identities">
          <thead>
            <tr>
              <th scope="col">identity</th>
              <th scope="col">labels</th>
              <th scope="col">namespace</th>
              <th scope="col">pod</th>
            </tr>
          </thead>
          <tbody {...roving} onMouseLeave={() => (state.aim.value = null)}>
            {view.identities.map((one) => (
              <Row key={one.number} one={one} />
            ))}
          </tbody>
        </table>
      )}
      <Arrives />
    </Step>
  );
}
