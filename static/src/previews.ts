// Small runs of the examples for the home page: what became of their packets, and the score of one.
import { io } from "socket.io-client";
import { isFailure } from "./api.ts";
import type { ExampleView, PacketRun, RunReply, StepView, WindowReply } from "./schemas.ts";

/** Enough for a picture; a program that never ends is cut here. */
const MOST_STEPS = 400;
const PATIENCE = 8_000;

export interface Preview {
  packets: readonly PacketRun[];
  /** The packet drawn: the first that did not just pass, else the first. */
  packet: number;
  steps: readonly StepView[];
}

export function interesting(packets: readonly PacketRun[]): number {
  const found = packets.find(({ effect }) => effect !== "pass");
  return (found ?? packets.reduce((most, packet) => (packet.steps > most.steps ? packet : most), packets[0]!)).index;
}

/** `5 dropped, 19 passed`. */
export function outcome(packets: readonly PacketRun[]): string {
  const words = { pass: "passed", drop: "dropped", tx: "sent back", redirect: "redirected", aborted: "aborted", deny: "denied", ignored: "watched" } as const;
  const counts = new Map<PacketRun["effect"], number>();
  for (const { effect } of packets) counts.set(effect, (counts.get(effect) ?? 0) + 1);
  return [...counts].sort((a, b) => a[1] - b[1]).map(([effect, count]) => `${count} ${words[effect]}`).join(", ");
}

type Ask = <T>(event: string, message: unknown) => Promise<T | null>;

async function preview(ask: Ask, done: Map<number, (run: RunReply) => void>, { inputs }: ExampleView, revision: number): Promise<Preview | null> {
  const ran = new Promise<RunReply>((resolve) => done.set(revision, resolve));
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE));
  const accepted = await ask("run", { inputs: { ...inputs, max_steps: MOST_STEPS }, revision, packet: 0, step: 0 });
  const run = accepted === null ? null : await Promise.race([ran, late]);
  if (run === null || run.packets.length === 0) return null;
  const packet = interesting(run.packets);
  const window = await ask<WindowReply>("window", { run: run.run, packet, window: 0 });
  return { packets: run.packets, packet, steps: window?.steps ?? [] };
}

/** Runs the examples one after the other; `found` gets each as it is ready. The page does without those that fail. */
export async function runPreviews(examples: readonly ExampleView[], found: (id: string, preview: Preview) => void): Promise<void> {
  const socket = io({ transports: ["websocket"], reconnection: false });
  const done = new Map<number, (run: RunReply) => void>();
  socket.on("run:done", (message: string) => {
    const run = JSON.parse(message) as RunReply;
    done.get(run.revision)?.(run);
  });
  const ask: Ask = async <T>(event: string, message: unknown) => {
    const answer: unknown = await socket.timeout(PATIENCE).emitWithAck(event, message).catch(() => null);
    const value: unknown = typeof answer === "string" ? JSON.parse(answer) : answer;
    const refused = value === null || isFailure(value) || (typeof value === "object" && "failure" in value);
    return refused ? null : (value as T);
  };
  for (const [i, example] of examples.entries()) {
    const made = await preview(ask, done, example, i + 1);
    if (made !== null) found(example.id, made);
  }
  socket.close();
}
