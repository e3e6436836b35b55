// What stands under the pointer, said in words: the instruction, a register's value, a helper, a constant, a field.
import { hoverTooltip, type EditorView, type Tooltip } from "@codemirror/view";
import { openReference } from "../reference.ts";
import type { Reference } from "../schemas.ts";
import * as select from "../select.ts";
import { slotAt } from "./lines.ts";

interface Doc {
  title: string;
  code?: string;
  text: string;
}

function wordAt(view: EditorView, pos: number): { word: string; from: number; to: number } | null {
  const line = view.state.doc.lineAt(pos);
  for (const found of line.text.matchAll(/[A-Za-z_][\w.]*/g)) {
    const from = line.from + found.index;
    const to = from + found[0].length;
    if (from <= pos && pos <= to) return { word: found[0], from, to };
  }
  return null;
}

function register(word: string): Doc | null {
  const n = /^[rw](10|\d)$/.exec(word)?.[1];
  if (n === undefined) return null;
  const value = select.snapshot.peek()?.registers[Number(n)];
  const written = select.snapshot.peek()?.written[Number(n)] ?? false;
  if (value === undefined) return null;
  return { title: `r${n} now`, text: written ? `${value.text} ${value.note}`.trim() : "Not written yet." };
}

function fromTables(word: string, reference: Reference): Doc | null {
  const helper = reference.helpers.find(({ name }) => name === word);
  if (helper !== undefined) return { title: `helper ${helper.id}`, code: helper.signature, text: helper.doc };
  const constant = reference.constants.find(({ name }) => name === word);
  if (constant !== undefined) return { title: `${constant.name} = ${constant.value}`, text: constant.doc || constant.group };
  const field = reference.fields.find(({ path }) => path === word);
  if (field !== undefined) return { title: `${field.path}: ${field.size} bytes at +${field.offset}`, text: field.doc };
  const kind = reference.maps.find(({ name }) => name === word);
  return kind === undefined ? null : { title: `map type ${kind.name}`, text: kind.doc };
}

function declared(word: string): Doc | null {
  const map = select.maps.peek().find(({ name }) => name === word);
  if (map === undefined) return null;
  const { type, key_type, value_type, key_size, value_size, max_entries } = map;
  const key = key_type ?? `${key_size} B`;
  return { title: `map ${map.name}`, text: `${type}, ${key} → ${value_type ?? `${value_size} B`}, up to ${max_entries.toLocaleString("en")} entries` };
}

function element(doc: Doc | null, say: string | null, word: string | null): HTMLElement {
  const box = document.createElement("div");
  box.className = "doc";
  const add = (tag: string, text: string) => {
    const part = document.createElement(tag);
    part.textContent = text;
    box.append(part);
  };
  if (doc !== null) {
    add("b", doc.title);
    if (doc.code !== undefined) add("code", doc.code);
    if (doc.text !== "") add("span", doc.text);
  }
  if (say !== null && say !== "") add(doc === null ? "span" : "small", say.replaceAll("`", ""));
  if (word !== null) {
    const more = document.createElement("button");
    more.type = "button";
    more.className = "go";
    more.textContent = "More in the reference (F1)";
    more.addEventListener("click", () => openReference(word));
    box.append(more);
  }
  return box;
}

function tooltip(view: EditorView, pos: number): Tooltip | null {
  const line = view.state.doc.lineAt(pos);
  const at = wordAt(view, pos);
  const reference = select.reference.peek();
  const known = at === null || reference === null ? null : fromTables(at.word, reference);
  const doc = at === null ? null : (register(at.word) ?? declared(at.word) ?? known);
  const say = slotAt(view.state, line.from, line.to)?.say ?? null;
  if (doc === null && !say) return null;
  return { pos: at?.from ?? line.from, end: at?.to ?? line.to, above: true, create: () => ({ dom: element(doc, say, doc !== null && doc === known ? (at?.word ?? null) : null) }) };
}

export const hover = hoverTooltip(tooltip, { hoverTime: 350 });
