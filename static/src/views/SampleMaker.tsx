// Ready-made sets of packets.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, RequestFailed } from "../api.ts";
import type { Failure, SampleView } from "../schemas.ts";
import * as select from "../select.ts";
import { takePackets } from "../sending.ts";
import { Refused } from "./Asked.tsx";
import { plural } from "./words.ts";

const samples = signal<readonly SampleView[]>([]);
const failure = signal<Failure | null>(null);

async function load(): Promise<void> {
  if (samples.peek().length > 0) return;
  try {
    samples.value = await api.samples();
    failure.value = null;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    failure.value = error.failure;
  }
}

function Sample({ sample }: { sample: SampleView }) {
  const { title, doc, packets, times_ns } = sample;
  return (
    <li>
      <span>
        <b>{title}</b>
        <span class="dim">
          {doc}, {plural(packets.length, "packet")}
        </span>
      </span>
      <span class="row">
        {select.inputs.value.packets.length === 0 ? null : (
          <button type="button" class="btn sm" aria-label={`Add ${title} behind the others`} onClick={() => takePackets(packets, times_ns, `adding ${title}`, false)}>
            Add
          </button>
        )}
        <button type="button" class="btn sm" aria-label={`Send only ${title}`} onClick={() => takePackets(packets, times_ns, `sending ${title}`, true)}>
          Send only these
        </button>
      </span>
    </li>
  );
}

export function SampleMaker() {
  useEffect(() => void load(), []);
  return (
    <>
      {failure.value === null ? null : <Refused failure={failure.value} />}
      <ul class="sets">
        {samples.value.map((sample) => (
          <Sample key={sample.id} sample={sample} />
        ))}
      </ul>
    </>
  );
}
