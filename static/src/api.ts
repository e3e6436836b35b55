// HTTP questions with one answer. Part of transport: nothing else in the page fetches.
import type {
  AuthorFolder,
  FileText,
  LessonFolder,
  MutationView,
  NewLesson,
  ProofView,
  RecordRequest,
  ExampleView,
  Course,
  Failure,
  Glossary,
  LessonDoc,
  LessonProgress,
  LinkReply,
  ManifestsDoc,
  ManifestsReply,
  ManifestsSave,
  MetricsExample,
  PacketsReply,
  PolicyExample,
  Progress,
  Reference,
  SampleView,
  SaveReply,
  SaveRequest,
  ScenarioView,
  SimulationExample,
  StationsReply,
  WorkspaceDoc,
} from "./schemas.ts";

export type WorkspaceRow = Pick<WorkspaceDoc, "id" | "title" | "saved_at" | "version">;

/** An answer that is a Failure, or no answer at all (`code` "unreachable"). */
export class RequestFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

const UNREACHABLE: Failure = {
  code: "unreachable",
  message: "The server did not answer.",
  hint: "Your work is safe in this browser.",
  span: null,
};

export function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const binary = body instanceof Blob;
  const init: RequestInit = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    init.body = binary ? body : JSON.stringify(body);
    init.headers = { ...init.headers, "Content-Type": binary ? "application/octet-stream" : "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new RequestFailed(UNREACHABLE);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as T;
  const refused = { ...UNREACHABLE, code: `http-${response.status}`, message: `The server refused this (${response.status}).` };
  throw new RequestFailed(isFailure(answer) ? answer : refused);
}

export const api = {
  question: <T>(name: string, message: unknown) => ask<T>("POST", `/api/ask/${encodeURIComponent(name)}`, message),
  native: <T>(what: "run" | "linux" | "race", message: unknown) => ask<T>("POST", `/api/native/${what}`, message),
  reference: () => ask<Reference>("GET", "/api/reference"),
  stations: () => ask<StationsReply>("GET", "/api/stations"),
  simulations: () => ask<SimulationExample[]>("GET", "/api/simulations/examples"),
  examples: () => ask<ExampleView[]>("GET", "/api/examples"),
  samples: () => ask<SampleView[]>("GET", "/api/samples"),
  capture: (file: Blob) => ask<PacketsReply>("POST", "/api/packets/capture", file),
  form: (packets: Record<string, unknown>[]) => ask<PacketsReply>("POST", "/api/packets/form", { packets }),
  hex: (text: string) => ask<PacketsReply>("POST", "/api/packets/hex", { text }),
  dissect: (packets: readonly string[]) => ask<PacketsReply>("POST", "/api/packets/dissect", { packets }),
  workspaces: () => ask<WorkspaceRow[]>("GET", "/api/workspaces"),
  workspace: (id: string) => ask<WorkspaceDoc>("GET", `/api/workspaces/${encodeURIComponent(id)}`),
  create: (request: SaveRequest) => ask<SaveReply>("POST", "/api/workspaces", request),
  save: (id: string, request: SaveRequest) => ask<SaveReply>("PUT", `/api/workspaces/${encodeURIComponent(id)}`, request),
  share: (request: SaveRequest) => ask<LinkReply>("POST", "/api/links", request),
  scenarios: () => ask<ScenarioView[]>("GET", "/api/scenarios"),
  metricsExamples: () => ask<{ metrics: MetricsExample[]; policies: PolicyExample[] }>("GET", "/api/metrics/examples"),
  manifests: (id: string) => ask<ManifestsDoc>("GET", `/api/workspaces/${encodeURIComponent(id)}/manifests`),
  saveManifests: (id: string, request: ManifestsSave) => ask<ManifestsReply>("PUT", `/api/workspaces/${encodeURIComponent(id)}/manifests`, request),
  course: () => ask<Course>("GET", "/api/lessons"),
  glossary: () => ask<Glossary>("GET", "/api/concepts"),
  lesson: (id: string) => ask<LessonDoc>("GET", `/api/lessons/${encodeURIComponent(id)}`),
  progress: (learner: string) => ask<Progress>("GET", `/api/progress/${encodeURIComponent(learner)}`),
  saveProgress: (learner: string, one: LessonProgress) => ask<LessonProgress>("PUT", `/api/progress/${encodeURIComponent(learner)}/${encodeURIComponent(one.lesson)}`, one),
  author: {
    folder: () => ask<AuthorFolder>("GET", "/api/author"),
    create: (wanted: NewLesson) => ask<LessonFolder>("POST", "/api/author", wanted),
    text: (lesson: string, file: string) => ask<FileText>("GET", `/api/author/${lesson}/files/${file}`),
    save: (lesson: string, file: string, text: string) => ask<LessonFolder>("PUT", `/api/author/${lesson}/files/${file}`, { text }),
    remove: (lesson: string, file: string) => ask<LessonFolder>("DELETE", `/api/author/${lesson}/files/${file}`),
    proof: (lesson: string) => ask<ProofView>("POST", `/api/author/${lesson}/proof`, {}),
    mutants: (lesson: string) => ask<MutationView>("POST", `/api/author/${lesson}/mutants`, {}),
    record: (lesson: string, wanted: RecordRequest) => ask<LessonFolder>("POST", `/api/author/${lesson}/record`, wanted),
    take: (archive: Blob) => ask<{ taken: string[] }>("POST", "/api/author/import", archive),
  },
  shared: (id: string) => ask<WorkspaceDoc>("GET", `/api/links/${encodeURIComponent(id)}`),
};
