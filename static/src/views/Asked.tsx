// What the server made of something typed or dropped: the packets, or what is wrong and what to try.
import type { Failure, PacketsReply } from "../schemas.ts";
import type { Asked } from "../sending.ts";
import { plural } from "./words.ts";

export function Refused({ failure, id }: { failure: Failure; id?: string }) {
  return (
    <div class="note bad" role="alert" id={id}>
      <span>
        <b>{failure.message}</b>
        {failure.hint === null ? null : <p>{failure.hint}</p>}
      </span>
    </div>
  );
}

function Warnings({ reply }: { reply: PacketsReply }) {
  if (reply.warnings.length === 0) return null;
  return (
    <ul class="note">
      {reply.warnings.slice(0, 5).map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
      {reply.warnings.length > 5 ? <li>first 5 of {reply.warnings.length} notes</li> : null}
    </ul>
  );
}

/** One packet, shortly; of more, how many. */
export function Preview({ asked }: { asked: Asked | null }) {
  if (asked === null) return <p class="mk-p dim">…</p>;
  if ("failure" in asked) return <Refused failure={asked.failure} />;
  const [first] = asked.reply.packets;
  return (
    <>
      <p class="mk-p" title={first?.data}>
        {asked.reply.packets.length > 1 ? <b>{plural(asked.reply.packets.length, "packet")}, the first: </b> : null}
        {first === undefined ? "no packets" : `${first.summary || "no header"}, ${plural(first.data.length / 2, "byte")}`}
        {first === undefined ? null : <span class="m dim">{(first.data.match(/../g) ?? []).slice(0, 24).join(" ")}{first.data.length > 48 ? " …" : ""}</span>}
      </p>
      <Warnings reply={asked.reply} />
    </>
  );
}
