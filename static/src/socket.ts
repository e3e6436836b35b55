// Questions to the server over the one socket, and over HTTP where the answer may take long.
import { io, type Socket } from "socket.io-client";
import { api, RequestFailed } from "./api.ts";
import type { Failure } from "./schemas.ts";

const PATIENCE = 15_000;

let socket: Socket | null = null;

/** Large messages come as JSON text, which the server passes on unread; a refusal comes as `{failure}`. */
export function parse<T>(message: unknown): T | Failure {
  const value: unknown = typeof message === "string" ? JSON.parse(message) : message;
  const refused = typeof value === "object" && value !== null && "failure" in value;
  return (refused ? value.failure : value) as T | Failure;
}

/** What may take long is asked over HTTP: the socket answers one question after the other, and a step must not wait. */
const LONG: ReadonlySet<string> = new Set(["graph", "verdict", "explore", "explain", "walk:log", "walk:known"]);

async function post<T>(event: string, message: unknown): Promise<T | Failure | null> {
  try {
    return parse<T>(await api.question<unknown>(event, message));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return error.failure.code === "unreachable" ? null : error.failure;
  }
}

/** Whether there is a connection, or will be within so many milliseconds: a page that has just been opened is about to have one. */
export function connected(within: number): Promise<boolean> {
  const found = socket;
  if (found === null || found.connected) return Promise.resolve(found !== null);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      found.off("connect", end);
      resolve(found.connected);
    };
    const timer = setTimeout(end, within);
    found.on("connect", end);
  });
}

/** An answer, a Failure, or null when the connection went before it came. */
export async function ask<T>(event: string, message: unknown): Promise<T | Failure | null> {
  if (LONG.has(event)) return post<T>(event, message);
  if (socket === null || !socket.connected) return null;
  let answer: unknown;
  try {
    answer = await socket.timeout(PATIENCE).emitWithAck(event, message);
  } catch {
    return null;
  }
  return parse<T>(answer);
}

type Listener = (message: unknown) => void;
const listeners = new Map<string, Listener>();

/** What the server pushes under this name goes to `listener`; also on connections made later. */
export function listen<T>(event: string, listener: (message: T | Failure) => void): void {
  const heard: Listener = (message) => listener(parse<T>(message));
  listeners.set(event, heard);
  socket?.on(event, heard);
}

/** Opens the one socket; it comes back by itself when it drops. */
export function open(): Socket {
  if (socket !== null) return socket;
  socket = io({ transports: ["websocket"], reconnectionDelayMax: 8_000 });
  for (const [event, listener] of listeners) socket.on(event, listener);
  return socket;
}

export function reconnect(): void {
  socket?.connect();
}

export function online(): boolean {
  return socket?.connected ?? false;
}

/** Says something that needs no answer. */
export function tell(event: string, message: unknown): void {
  socket?.emit(event, message);
}
