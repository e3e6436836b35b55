// A question answered before going on: open, locked in, and what is so.
import { useId, useState } from "preact/hooks";
import type { PredictBlock, Prediction } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";
import { sentence } from "../../views/words.ts";
import { asked } from "../held.ts";
import { predict, skip } from "../run.ts";
import * as lesson from "../state.ts";
import { Cleaned } from "./Cleaned.tsx";

const LETTERS = "ABCDEFGHIJ";

function Choices({ block, chosen, choose }: { block: PredictBlock; chosen: string; choose: (choice: string) => void }) {
  const name = useId();
  return (
    <div class="opts">
      {block.choices.map((choice, i) => (
        <label key={choice} class={choice === chosen ? "opt you" : "opt"}>
          <input type="radio" name={name} value={choice} checked={choice === chosen} onChange={() => choose(choice)} />
          <i aria-hidden="true">{LETTERS[i]}</i>
          <span>{choice}</span>
        </label>
      ))}
    </div>
  );
}

function Open({ block }: { block: PredictBlock }) {
  const [answer, setAnswer] = useState("");
  const [trouble, setTrouble] = useState("");
  const id = useId();
  const lock = async (event: Event) => {
    event.preventDefault();
    if (answer.trim() === "") return setTrouble(block.choices.length > 0 ? "Choose one first." : "Write an answer first; a guess will do.");
    const failure = await predict(block.id, answer.trim());
    setTrouble(failure === null ? "" : `${sentence(failure.message)} ${sentence(failure.hint ?? "")}`);
  };
  return (
    <form onSubmit={(event) => void lock(event)}>
      {block.choices.length > 0 ? (
        <Choices block={block} chosen={answer} choose={setAnswer} />
      ) : (
        <label class="said" for={id}>
          <span>Your answer</span>
          <input id={id} class="fld m" value={answer} maxLength={200} autocomplete="off" autocapitalize="off" spellcheck={false} onInput={(event) => setAnswer(event.currentTarget.value)} />
        </label>
      )}
      <div class="row pred-b">
        <button type="submit" class="btn sm pri">
          Lock it in
        </button>
        {asked.value?.id === block.id ? (
          <button type="button" class="btn sm q" onClick={() => skip(block.id)}>
            Go on without
          </button>
        ) : null}
        <span class="t-drop" role="status">
          {trouble}
        </span>
      </div>
    </form>
  );
}

function Option({ choice, locked, letter }: { choice: string; locked: Prediction; letter: string | undefined }) {
  const [you, right] = [choice === locked.answer, choice === locked.correct];
  return (
    <li class={`opt ${you ? "you" : ""} ${right ? "right" : ""}`}>
      <i aria-hidden="true">{letter}</i>
      <span>{choice}</span>
      {right ? (
        <em>
          <Icon name="pass" />
          {you ? "your answer, and so it is" : "so it is"}
        </em>
      ) : you ? (
        <em>your answer</em>
      ) : null}
    </li>
  );
}

function Locked({ block, locked }: { block: PredictBlock; locked: Prediction }) {
  return (
    <>
      {block.choices.length > 0 ? (
        <ul class="opts">
          {block.choices.map((choice, i) => (
            <Option key={choice} choice={choice} locked={locked} letter={LETTERS[i]} />
          ))}
        </ul>
      ) : (
        <p class="told">
          You said <b class="m">{locked.answer}</b>
          {locked.right ? (
            <span class="t-pass">
              <Icon name="pass" /> and so it is.
            </span>
          ) : (
            <span>
              . It is <b class="m">{locked.correct}</b>.
            </span>
          )}
        </p>
      )}
      {locked.html === "" ? null : <Cleaned class="reveal" html={locked.html} />}
    </>
  );
}

export function Predict({ block }: { block: PredictBlock }) {
  const locked = lesson.mine.value?.predictions[block.id];
  const here = asked.value?.id === block.id;
  const number = lesson.predictions.value.indexOf(block) + 1;
  return (
    <section class={here ? "pred now" : "pred"} id={`predict-${block.id}`} aria-label={`Prediction ${number}`}>
      <p class="pred-h">{locked !== undefined ? "Your prediction" : block.at !== null ? "Before you step on" : "What do you expect?"}</p>
      <Cleaned html={block.html} />
      {locked === undefined ? <Open block={block} /> : <Locked block={block} locked={locked} />}
    </section>
  );
}
