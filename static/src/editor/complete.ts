// Completion from the simulator's own tables, and the labels and maps of this file.
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { Reference } from "../schemas.ts";
import * as select from "../select.ts";

const WORD = /[A-Za-z_.][\w.]*$/;
const LABEL = /^\s*([A-Za-z_.$][\w.$]*):/gm;

interface Tables {
  helpers: Completion[];
  constants: Completion[];
  fields: Completion[];
  instructions: Completion[];
  kinds: Completion[];
  hooks: Completion[];
}

const memo = new WeakMap<Reference, Tables>();

function tables(reference: Reference): Tables {
  const known = memo.get(reference);
  if (known !== undefined) return known;
  const made: Tables = {
    helpers: reference.helpers.map(({ name, signature, doc, id }) => ({ label: name, detail: `helper ${id}`, info: `${signature}\n${doc}`, type: "function" })),
    constants: reference.constants.map(({ name, value, group, doc }) => ({ label: name, detail: `${value}, ${group}`, info: doc, type: "constant" })),
    fields: reference.fields.map(({ path, offset, size, kind, doc }) => ({ label: path, detail: `+${offset}, ${size} B, ${kind}`, info: doc, type: "property" })),
    instructions: reference.instructions.map(({ name, syntax, doc }) => ({ label: syntax, detail: name, info: doc, type: "keyword", boost: -5 })),
    kinds: reference.maps.map(({ name, doc }) => ({ label: name, info: doc, type: "type" })),
    hooks: reference.hooks.map(({ id, title, doc }) => ({ label: id, detail: title, info: doc, type: "type" })),
  };
  memo.set(reference, made);
  return made;
}

function labels(text: string): Completion[] {
  return [...new Set([...text.matchAll(LABEL)].map(([, name]) => name ?? ""))].map((label) => ({ label, detail: "label", type: "label" }));
}

function maps(): Completion[] {
  return select.maps.peek().map(({ name, type }) => ({ label: name, detail: type, type: "variable" }));
}

/** What may stand where the line so far is `before`. */
function optionsFor(before: string, text: string, known: Tables | null): Completion[] {
  if (/\b(?:goto|gotol|may_goto|ja)\s+\S*$/.test(before)) return labels(text);
  if (/\bcall\s+\S*$/.test(before)) return [...(known?.helpers ?? []), ...labels(text)];
  if (known === null) return [...labels(text), ...maps()];
  if (/^\s*\.map\s+\S+\s+\S*$/.test(before)) return known.kinds;
  if (/^\s*\.(?:hook|section)\s+\S*$/.test(before)) return known.hooks;
  const atStart = /^\s*\S*$/.test(before);
  return [...maps(), ...known.fields, ...known.constants, ...(atStart ? known.instructions : [])];
}

export function complete(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (/[;#]/.test(before)) return null;
  const word = WORD.exec(before)?.[0] ?? "";
  if (word.length < 2 && !context.explicit && !/\b(?:goto|call)\s+\w*$/.test(before)) return null;
  const reference = select.reference.peek();
  const options = optionsFor(before, context.state.doc.toString(), reference === null ? null : tables(reference));
  return { from: context.pos - word.length, options, validFor: /^[\w.]*$/ };
}
