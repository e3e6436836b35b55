// The policy map of a pod in a direction, and the questions that the program at its door asks of it.
import type { DoorAnswer, DoorQuestion, DoorView, PolicyEntryView } from "../../schemas.ts";
import { choosing } from "../../views/choosing.ts";
import { Icon } from "../../views/Icon.tsx";
import { useRoving } from "../../views/useRoving.ts";
import { thousands } from "../../views/words.ts";
import { entryKey } from "../doors.ts";
import * as state from "../state.ts";
import { Say, Step } from "./Step.tsx";

const COUNT = ["No question", "One question", "Two questions", "Three questions"];

export function Verdict({ pass, text }: { pass: boolean; text: string }) {
  return (
    <span class={pass ? "vd pass" : "vd drop"}>
      <Icon name={pass ? "pass" : "drop"} />
      {text}
    </span>
  );
}

function why({ reasons }: PolicyEntryView): string {
  const [first] = reasons;
  const more = reasons.length > 1 ? `, and ${reasons.length - 1} more` : "";
  return `${first?.text ?? ""}${more}`;
}

function Row({ door, number, entry }: { door: number; number: number; entry: PolicyEntryView }) {
  const on = state.shining.value.entries.has(entryKey(door, number));
  const aim = { door, entry: number };
  return (
    <tr
      data-rove
      class={on ? "hlr" : ""}
      aria-current={on ? "true" : undefined}
      onMouseEnter={() => (state.aim.value = aim)}
      onFocus={() => (state.aim.value = aim)}
      onBlur={() => (state.aim.value = null)}
    >
      <td class="m dim">{number + 1}</td>
      <td class="m">
        <b class="r-m">{entry.identity === 0 ? "any" : entry.identity}</b>
      </td>
      <td class="m">{entry.ports}</td>
      <td class="m">{entry.protocol}</td>
      <td>
        <Verdict pass text="allow" />
      </td>
      <td class="dim">
        {entry.who}, {why(entry)}
      </td>
    </tr>
  );
}

function Rest({ door }: { door: DoorView }) {
  if (!door.closed) return null;
  return (
    <tr class="miss">
      <td />
      <td colSpan={3}>no entry matches</td>
      <td>
        <Verdict pass={false} text="deny" />
      </td>
      <td class="dim">
        {door.by.join(" and ")} {door.by.length === 1 ? "selects" : "select"} {door.pod}, so the rest is denied
      </td>
    </tr>
  );
}

function Entries({ door, number }: { door: DoorView; number: number }) {
  const roving = useRoving<HTMLTableSectionElement>();
  return (
    <>
      <table class="tb ent" aria-label={`Entries of ${door.name}, ${door.direction}`}>
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">number</span>
            </th>
            <th scope="col">identity</th>
            <th scope="col">port</th>
            <th scope="col">proto</th>
            <th scope="col">
              <span class="sr">verdict</span>
            </th>
            <th scope="col">
              <span class="sr">why</span>
            </th>
          </tr>
        </thead>
        <tbody {...roving} onMouseLeave={() => (state.aim.value = null)}>
          {door.entries.map((entry, at) => (
            <Row key={at} door={number} number={at} entry={entry} />
          ))}
          <Rest door={door} />
        </tbody>
      </table>
      {door.total > door.entries.length ? <p class="meta cut">first {thousands(door.entries.length)} of {thousands(door.total)}</p> : null}
    </>
  );
}

function Asked({ question, number }: { question: DoorQuestion; number: number }) {
  const { answer } = question;
  return (
    <li class={answer === "not asked" ? "kv off" : "kv"}>
      <i>{number}</i>
      <span class="m">{question.asked}</span>
      <span class="dim fd">{question.map === "ipcache" ? `who? ${question.found}` : question.found}</span>
      <span class="grow" />
      {answer === "not asked" ? <span class="dim">not asked</span> : <Verdict pass={answer === "hit"} text={answer} />}
    </li>
  );
}

function Questions({ answer }: { answer: DoorAnswer }) {
  const asked = answer.questions.filter((one) => one.answer !== "not asked").length;
  return (
    <div class="ask">
      <h4>{COUNT[answer.questions.length] ?? "Questions"}, most exact first</h4>
      <ol>
        {answer.questions.map((question, at) => (
          <Asked key={at} question={question} number={at + 1} />
        ))}
      </ol>
      <p>
        {answer.allowed ? `The answer came with question ${asked}.` : ""} No answer to all means <code>TC_ACT_SHOT</code>.
      </p>
    </div>
  );
}

/** The two doors of the chosen connection: out at the sender, in at the receiver. */
function Doors({ answers, chosen }: { answers: readonly DoorAnswer[]; chosen: number | null }) {
  if (answers.length < 2) return null;
  return (
    <div class="tabs" role="tablist" aria-label="Doors on the way" onKeyDown={choosing}>
      {answers.map(({ door, direction, pod }) => (
        <button
          key={door}
          type="button"
          role="tab"
          aria-label={direction === "egress" ? `way out of ${pod}` : `way in to ${pod}`}
          aria-selected={door === chosen}
          tabIndex={door === chosen ? 0 : -1}
          onClick={() => state.showDoor(door)}
        >
          {direction === "egress" ? "way out" : "way in"}
        </button>
      ))}
    </div>
  );
}

export function EntriesPane() {
  const { view, stale } = state.decided.value;
  const number = state.door.value;
  const door = number === null ? undefined : view?.doors[number];
  const answers = state.told.value?.reply.answers ?? [];
  const answer = answers.find((one) => one.door === number);
  return (
    <Step number={3} title="Map entries" meta={door?.name} stale={stale} head={<Doors answers={answers} chosen={number} />}>
      {door !== undefined && number !== null ? (
        <Entries door={door} number={number} />
      ) : view !== null ? (
        <Say title="No entry yet">Each pod gets a map of who may come in, and one of whom it may talk to.</Say>
      ) : null}
      {answer === undefined ? null : <Questions answer={answer} />}
    </Step>
  );
}
