// The verifier's own transport: back, step, forks, paths; the profile it verifies for; and the score of its walk.
import { BY_ID, keysOf } from "../../commands.ts";
import { caption } from "../../keys.ts";
import { mac } from "../../page.ts";
import * as verdict from "../../verdict.ts";
import { untried } from "../../verifier/paths.ts";
import { walkedOf } from "../../verifier/underWay.ts";
import * as walk from "../../verifier/walk.ts";
import { choosing } from "../choosing.ts";
import { Icon, type IconName } from "../Icon.tsx";
import { said } from "../VerdictChip.tsx";
import { plural } from "../words.ts";
import { WalkScore } from "./WalkScore.tsx";

interface ActProps {
  id: string;
  label: string;
  icon?: IconName;
  kind?: string;
  text?: string;
  after?: boolean;
  off: boolean;
}

function Act({ id, label, icon, kind = "", text, after = false, off }: ActProps) {
  const [key] = keysOf(id);
  const title = key === undefined ? label : `${label}  ${caption(key, mac)}`;
  return (
    <button type="button" class={text === undefined ? `btn i ${kind}` : `btn ${kind}`} disabled={off} aria-label={label} title={title} onClick={() => BY_ID.get(id)?.run()}>
      {after ? text : null}
      {icon === undefined ? null : <Icon name={icon} />}
      {after ? null : text}
    </button>
  );
}

function Verdict() {
  const found = said();
  if (found === null) return <b class="nw">Nothing to verify</b>;
  return (
    <>
      <span class={`vd ${found.tone}`}>
        <Icon name={found.icon} />
        {found.word}
      </span>
      <b class="nw">{found.tone === "drop" ? found.rest : ""}</b>
    </>
  );
}

export function ProfileChoice() {
  return (
    <div class="seg sm" role="radiogroup" aria-label="Who loads it" onKeyDown={choosing}>
      {verdict.PROFILES.map(({ id, name, doc }) => (
        <button
          key={id}
          type="button"
          role="radio"
          title={doc}
          aria-checked={verdict.profile.value === id}
          tabIndex={verdict.profile.value === id ? 0 : -1}
          onClick={() => verdict.setProfile(id)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

export function Band() {
  const now = walk.walk.value;
  const { value: at } = walk.at;
  const last = walk.count.value - 1;
  const [start, end] = [now === null || at === 0, now === null || at >= last];
  const left = now === null ? 0 : untried(now.forks);
  return (
    <section class="transport" aria-label="The verifier's own walk">
      <div class="ctl">
        <div class="row">
          <Verdict />
          <span class="grow" />
          <ProfileChoice />
        </div>
        <div class="btns">
          <Act id="first-step" label="First instruction" icon="first" kind="q" off={start} />
          <Act id="path-back" label="Back to the start of the path" icon="pathBack" kind="q" off={start} />
          <Act id="fork-back" label="Back to the previous fork" icon="reverse" off={start} />
          <Act id="over-back" label="Back" icon="left" text="Back" off={start} />
          <Act id="over" label="Step" icon="right" kind="pri" text="Step" after off={end} />
          <Act id="fork" label="On to the next fork" icon="forward" off={end} />
          <Act id="path" label="On to the next path" icon="path" kind="q" off={end} />
          <Act id="last-step" label="End of the walk" icon="last" kind="q" off={end} />
        </div>
        <div class="row meta dim">
          <span class="nw">{now === null ? (walk.progress.value !== null ? "Walking" : "Not walked yet") : `${walkedOf(now.verdict).toLocaleString("en")} walked, ${plural(now.path_count, "path")}`}</span>
          <span class="grow" />
          <span class="nw">{left === 0 ? "" : `${plural(left, "fork")} never tried`}</span>
        </div>
      </div>
      <WalkScore />
    </section>
  );
}
