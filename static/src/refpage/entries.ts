// Everything the reference names, as one list: the simulator's tables and the glossary.
import { entriesOf, type Kind as TableKind, type RefEntry } from "../reference.ts";
import type { ExampleRef, Glossary, LessonRow, Reference } from "../schemas.ts";

export const KINDS = ["concept", "instruction", "helper", "map", "hook", "context", "category", "constant", "field"] as const;
export type Kind = (typeof KINDS)[number];

export interface Entry {
  kind: Kind;
  name: string;
  /** In the address, behind the hash. */
  anchor: string;
  brief: string;
  doc: string;
  /** Sanitised by the server; in place of `doc`. */
  html: string;
  code: string;
  facts: readonly (readonly [label: string, text: string])[];
  example: ExampleRef | null;
  /** Other entries, by anchor, and lessons by id. */
  see: readonly string[];
  lessons: readonly string[];
}

/** As lessons link to them. */
const PREFIX: Readonly<Record<Kind, string>> = { concept: "concept", instruction: "insn", helper: "helper", map: "map", hook: "hook", context: "ctx", category: "category", constant: "const", field: "field" };

export function anchorOf(kind: Kind, name: string): string {
  return `${PREFIX[kind]}-${name}`;
}

const NOTHING = { html: "", example: null, see: [], lessons: [] } as const;

function fromTables(reference: Reference, examples: ReadonlyMap<string, ExampleRef>): Entry[] {
  return entriesOf(reference).map(({ kind, name, brief, doc, code, facts }: RefEntry & { kind: TableKind }): Entry => {
    const anchor = anchorOf(kind, name);
    return { ...NOTHING, kind, name, anchor, brief, doc, code, facts, example: examples.get(anchor) ?? null };
  });
}

/** A structure that a program is given: its fields together. */
function contexts(reference: Reference, examples: ReadonlyMap<string, ExampleRef>): Entry[] {
  const names = [...new Set(reference.hooks.map(({ context }) => context))].filter((name) => reference.fields.some(({ path }) => path.startsWith(`${name}.`)));
  return names.map((name): Entry => {
    const fields = reference.fields.filter(({ path }) => path.startsWith(`${name}.`));
    const hooks = [...new Set(reference.hooks.filter(({ context }) => context === name).map(({ id }) => id))];
    const facts = fields.map(({ path, offset, size, doc }): [string, string] => [path.slice(name.length + 1), `+${offset}, ${size === 1 ? "1 byte" : `${size} bytes`}. ${doc}`]);
    const anchor = anchorOf("context", name);
    return { ...NOTHING, kind: "context", name, anchor, brief: `${fields.length} fields`, doc: `What r1 leads to at ${listed(hooks)}.`, code: "", facts, example: examples.get(anchor) ?? null };
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(", ");
  return names.length > 6 ? `${shown} and ${names.length - 6} more hooks` : shown;
}

function fromGlossary({ concepts, categories }: Glossary): Entry[] {
  return [
    ...concepts.map(({ slug, term, html, example, see, lessons }): Entry => {
      const shown = example === "" ? null : { kind: "concept", name: slug, hook: "xdp", source: example };
      return { ...NOTHING, kind: "concept", name: term, anchor: anchorOf("concept", slug), brief: slug, doc: plain(html), html, code: "", facts: [], example: shown, see: see.map((link) => link.replace(":", "-")), lessons };
    }),
    ...categories.map(({ slug, title, doc, hook, source }): Entry => {
      return { ...NOTHING, kind: "category", name: title, anchor: anchorOf("category", slug), brief: "rejection", doc, code: "", facts: [], example: { kind: "category", name: slug, hook, source } };
    }),
  ];
}

function plain(html: string): string {
  return html.replace(/<[^>]*>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&").replace(/\s+/g, " ").trim();
}

export function entries(reference: Reference, glossary: Glossary | null): Entry[] {
  const known = glossary ?? { concepts: [], categories: [], examples: [] };
  const kinds: Readonly<Record<string, Kind>> = { insn: "instruction", helper: "helper", map: "map", hook: "hook", ctx: "context" };
  const examples = new Map(known.examples.map((example) => [anchorOf(kinds[example.kind] ?? "concept", example.name), example]));
  const tables = fromTables(reference, examples);
  const first = tables.filter(({ kind }) => kind !== "constant" && kind !== "field");
  return [...fromGlossary(known), ...first, ...contexts(reference, examples), ...tables.filter(({ kind }) => kind === "constant" || kind === "field")];
}

/** Where a link of a lesson leads: names are told apart by case only where they must be. */
export function byAnchor(all: readonly Entry[], anchor: string): Entry | null {
  return all.find((entry) => entry.anchor === anchor) ?? all.find((entry) => entry.anchor.toLowerCase() === anchor.toLowerCase()) ?? null;
}

export function lessonTitle(lessons: readonly LessonRow[], id: string): string {
  const found = lessons.find((row) => row.id === id);
  return found === undefined ? id : `${found.number} ${found.title}`;
}
