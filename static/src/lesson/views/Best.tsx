// A lesson that is passed: how small it is now and was at best, the solution beside it, what comes next.
import { Icon } from "../../views/Icon.tsx";
import * as lesson from "../state.ts";

function measured(now: number | null, best: number | null, unit: string): string {
  if (now === null) return "";
  const said = `${now.toLocaleString("en")} ${unit}`;
  return best === null || best === now ? said : `${said}, at best ${best.toLocaleString("en")}`;
}

export function Best() {
  const reply = lesson.reply.value;
  const mine = lesson.mine.value;
  const { next } = lesson.neighbours.value;
  if (reply === null || !reply.passed || lesson.stale.value) return null;
  const parts = [measured(reply.instructions, mine?.instructions ?? null, "instructions"), measured(reply.states, mine?.states ?? null, "verifier states")].filter((part) => part !== "");
  return (
    <div class="passed" role="status">
      <b>
        <Icon name="pass" />
        All checks pass
      </b>
      <span>{parts.join("; ")}</span>
      <div class="row">
        {reply.solution === null ? null : (
          <button type="button" class="btn sm" aria-pressed={lesson.comparing.value} onClick={() => ((lesson.comparing.value = !lesson.comparing.peek()), (lesson.view.value = "code"))}>
            {lesson.comparing.value ? "Close the comparison" : "Compare with the solution"}
          </button>
        )}
        {next === null ? null : (
          <a class="btn sm" href={`/lesson/${next.id}`}>
            Next: {next.title}
          </a>
        )}
      </div>
    </div>
  );
}
