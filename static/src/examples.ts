// The examples offered, fetched when they are first asked for.
import { signal } from "@preact/signals";
import { api, RequestFailed } from "./api.ts";
import type { ExampleView } from "./schemas.ts";

export const examples = signal<readonly ExampleView[]>([]);

export async function loadExamples(): Promise<readonly ExampleView[]> {
  try {
    if (examples.peek().length === 0) examples.value = await api.examples();
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
  }
  return examples.peek();
}
