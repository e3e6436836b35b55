// The simulator's tables as one searchable list: instructions, helpers, maps, hooks, constants, fields.
import { signal } from "@preact/signals";
import * as actions from "./actions.ts";
import { search } from "./fuzzy.ts";
import type { Reference } from "./schemas.ts";
import { act } from "./store.ts";

export const KINDS = ["instruction", "helper", "map", "hook", "constant", "field"] as const;
export type Kind = (typeof KINDS)[number];

export interface RefEntry {
  kind: Kind;
  name: string;
  /** A few words beside the name: a number, a syntax, an offset. */
  brief: string;
  doc: string;
  /** Signature or syntax, as code. */
  code: string;
  facts: readonly (readonly [label: string, text: string])[];
  /** What goes into the program for it; empty where nothing does. */
  insert: string;
}

/** What the panel searches for when it opens. */
export const wanted = signal("");

export function openReference(query = ""): void {
  wanted.value = query;
  act(actions.setOverlay, "reference");
}

function number(value: number): string {
  return value > 9 ? `${value}, 0x${value.toString(16)}` : `${value}`;
}

export function entriesOf(reference: Reference): RefEntry[] {
  return [
    ...reference.instructions.map(({ name, syntax, mnemonic, doc }): RefEntry => {
      return { kind: "instruction", name, brief: syntax, doc, code: `${syntax}\n${mnemonic}`, facts: [], insert: syntax };
    }),
    ...reference.helpers.map(({ id, name, signature, doc, hooks, gpl_only }): RefEntry => {
      const facts: [string, string][] = [["number", `${id}`], ["may be called at", hooks.join(", ")]];
      if (gpl_only) facts.push(["licence", "only programs whose licence is GPL-compatible"]);
      return { kind: "helper", name, brief: `helper ${id}`, doc, code: signature, facts, insert: `call ${name}` };
    }),
    ...reference.maps.map(({ name, doc }): RefEntry => {
      return { kind: "map", name, brief: "map type", doc, code: `.map name ${name} key=u32 value=u64 entries=16`, facts: [], insert: "" };
    }),
    ...reference.hooks.map(({ id, title, prog_type, context, doc, kernel, verdicts }): RefEntry => {
      const facts: [string, string][] = [["program type", prog_type], ["context", context], ["called from", kernel], ["answers", verdicts.join(", ")]];
      return { kind: "hook", name: id, brief: title, doc, code: `.hook ${id}`, facts, insert: "" };
    }),
    ...reference.constants.map(({ name, value, group, doc }): RefEntry => {
      return { kind: "constant", name, brief: number(value), doc, code: "", facts: [["group", group]], insert: name };
    }),
    ...reference.fields.map(({ path, offset, size, kind, doc }): RefEntry => {
      const facts: [string, string][] = [["offset", number(offset)], ["size", size === 1 ? "1 byte" : `${size} bytes`], ["kind", kind]];
      return { kind: "field", name: path, brief: `+${offset}, ${size} B`, doc, code: "", facts, insert: path };
    }),
  ];
}

/** What someone more likely means: constants and fields are many. */
const FIRST: ReadonlySet<Kind> = new Set(["instruction", "helper", "map", "hook"]);

/** Entries of a kind (or of all) that match; a name that is exactly what is searched for comes first. */
export function find(entries: readonly RefEntry[], query: string, kind: Kind | null, most: number): RefEntry[] {
  const among = kind === null ? entries : entries.filter((entry) => entry.kind === kind);
  if (query.trim() === "") return among.slice(0, most);
  const likely = (entry: RefEntry) => (FIRST.has(entry.kind) ? 0 : 1);
  const exact = among.filter(({ name }) => name.toLowerCase() === query.trim().toLowerCase());
  const named = search(query, among, ({ name, brief }) => `${name} ${brief}`, most);
  const told = named.length < most ? search(query, among, ({ name, brief, doc }) => `${name} ${brief} ${doc}`, most) : [];
  named.sort((a, b) => likely(a) - likely(b));
  return [...new Set([...exact, ...named, ...told])].slice(0, most);
}

/** The word of the program that the text cursor or the selection stands in. */
export function wordUnderCursor(): string {
  const selection = getSelection();
  const text = selection?.anchorNode?.textContent ?? "";
  const at = selection?.anchorOffset ?? 0;
  if (selection?.anchorNode?.parentElement?.closest(".cm-content") == null) return "";
  for (const found of text.matchAll(/[A-Za-z_][\w.]*/g)) {
    if (found.index <= at && at <= found.index + found[0].length) return found[0];
  }
  return "";
}
