// What the page opens with: a saved program, a link, an example, or what this browser kept.
import * as actions from "./actions.ts";
import { api, RequestFailed } from "./api.ts";
import { readDraft, type Draft } from "./autosave.ts";
import { decodePlace } from "./link.ts";
import type { WorkspaceDoc } from "./schemas.ts";
import { take, type Opened } from "./opened.ts";
import { parseLayout, type Layout, type WidthClass } from "./panes.ts";
import type { Screen } from "./screen.ts";
import { NO_INPUTS } from "./state.ts";
import { act, state } from "./store.ts";
import { restore } from "./verifier/walk.ts";
import { sentence } from "./views/words.ts";

/** `/workbench?example=blank` starts with no text. */
const BLANK = "blank";

type Doc = Parameters<typeof actions.open>[1];

function fromDraft(draft: Draft): Doc {
  const { id, title, version, inputs, place } = draft;
  return { id, title, version, inputs, place };
}

async function openSaved(id: string): Promise<void> {
  const draft = readDraft(id);
  let doc: WorkspaceDoc;
  try {
    doc = await api.workspace(id);
  } catch (error) {
    if (!(error instanceof RequestFailed) || draft === null) throw error;
    act(actions.open, fromDraft(draft), "offline");
    return;
  }
  // Unsent work of this browser goes on top; the server notices when it is not based on the latest save.
  if (draft?.dirty && draft.inputs.source !== doc.inputs.source) act(actions.open, fromDraft(draft), "local");
  else act(actions.open, doc, doc.lasting ? "saved" : "fleeting");
}

/** The panes as they stood where the link was made, if this screen is of the same kind. */
function sharedLayout(panes: Readonly<Record<string, string>>, width: WidthClass, screen: Screen): Layout | null {
  const text = screen === "verifier" ? panes.verifier : panes.layout;
  if (panes.width !== width || text === undefined) return null;
  try {
    return parseLayout(JSON.parse(text), width, screen);
  } catch {
    return null;
  }
}

async function openLink(id: string): Promise<void> {
  const doc = await api.shared(id);
  act(actions.open, { ...doc, id: null, version: 0 }, "untouched");
  for (const screen of ["workbench", "verifier"] as const) {
    const layout = sharedLayout(doc.place.panes, state.peek().layout.width, screen);
    if (layout !== null) act(actions.setLayout, layout);
  }
}

async function openExample(id: string | null): Promise<void> {
  const draft = id === null ? readDraft(null) : null;
  if (draft !== null) return act(actions.open, fromDraft(draft), "local");
  const examples = await api.examples();
  const example = examples.find((candidate) => candidate.id === id) ?? examples[0];
  if (example === undefined) return;
  // An empty program gets packets all the same: it runs with its first instructions.
  const { packets, times_ns } = example.inputs;
  const { title, inputs } = id === BLANK ? { title: "untitled", inputs: { ...NO_INPUTS, packets, times_ns } } : example;
  const place = { packet: 0, step: 0, breakpoints: [], conditions: {}, panes: {} };
  act(actions.open, { id: null, title, version: 0, inputs, place }, "untouched");
}

const FROM_PATH = "Opened from the path: the maps are as this event found them. Change anything, and it runs with fresh ones.";

let told = false;

/** Opens a run of the path page, with what it ran on. */
export function openRun({ inputs }: Opened): void {
  const place = { packet: 0, step: 0, breakpoints: [], conditions: {}, panes: {} };
  act(actions.open, { id: null, title: "from the path", version: 0, inputs, place }, "untouched");
  if (!told) act(actions.toast, FROM_PATH);
  told = true;
}

/** Opens the run the path page left. */
function openLeft(search: string): boolean {
  const run = take(search);
  if (run === null) return false;
  openRun(run);
  return true;
}

/** Opens what the address names; an error becomes a failure on the page. */
export async function openAddress({ pathname, search, hash }: Pick<Location, "pathname" | "search" | "hash">): Promise<void> {
  const [, kind, id] = pathname.split("/");
  try {
    if (kind === "w" && id) await openSaved(id);
    else if (kind === "l" && id) await openLink(id);
    else if (!openLeft(search)) await openExample(new URLSearchParams(search).get("example"));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    act(actions.toast, `${sentence(error.failure.message)} ${sentence(error.failure.hint ?? "")}`.trim());
  }
  act(actions.settled);
  const { packet, step, pin, walk } = decodePlace(hash);
  if (walk !== null) restore(walk);
  if (packet !== null || step !== null) act(actions.moveTo, { packet: packet ?? 0, step: step ?? 0 });
  if (pin !== null) act(actions.pin, pin);
}
