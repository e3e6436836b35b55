// Registers in a line, on either side: both name the same eBPF register, so that pointing at one lights the other.
import type { NativeRegisterView } from "../schemas.ts";

/** A piece of a line: plain, the word that says what is done, or a register by its eBPF number. */
export interface Token {
  text: string;
  kind: "plain" | "word" | "register";
  register: number;
}

const WORDS = new Set(["if", "goto", "call", "exit", "lock", "may_goto"]);

/** Every name of a machine register: rax is eax, ax and al too, x19 is w19. */
export function namesOf(machine: string): string[] {
  const numbered = /^([rx])(\d+)$/.exec(machine);
  if (numbered !== null) {
    const [, letter, number] = numbered;
    return letter === "x" ? [machine, `w${number}`] : [machine, `${machine}d`, `${machine}w`, `${machine}b`];
  }
  const short = machine.slice(1);
  const byte = short.endsWith("x") ? `${short[0]}l` : `${short}l`;
  return [machine, `e${short}`, short, byte];
}

export type Names = ReadonlyMap<string, number>;

/** The eBPF register that each machine register's name stands for. */
export function machineNames(registers: readonly NativeRegisterView[]): Names {
  return new Map(registers.flatMap(({ machine }, n) => namesOf(machine).map((name) => [name, n] as const)));
}

export const BPF_NAMES: Names = new Map(Array.from({ length: 11 }, (_, n) => [[`r${n}`, n] as const, [`w${n}`, n] as const]).flat());

/** A line cut into tokens; `first`: its first word says what is done, as in machine code. */
export function tokens(text: string, names: Names, first: boolean): Token[] {
  const found: Token[] = [];
  let begun = false;
  for (const part of text.split(/([A-Za-z_][A-Za-z0-9_.]*)/)) {
    if (part === "") continue;
    const register = names.get(part);
    const isWord = (first && !begun && /^[A-Za-z]/.test(part)) || WORDS.has(part);
    if (/^[A-Za-z]/.test(part)) begun ||= part !== "lock";
    if (register !== undefined && !(first && isWord)) found.push({ text: part, kind: "register", register });
    else found.push({ text: part, kind: isWord ? "word" : "plain", register: -1 });
  }
  return found;
}

/** The eBPF registers a line names, in order, each once. */
export function registersIn(text: string, names: Names): number[] {
  return [...new Set(tokens(text, names, false).flatMap(({ kind, register }) => (kind === "register" ? [register] : [])))];
}
