import { createClient, createMemoryStore } from "../../src/index.js";
import type { ClientOptions, GenerationRecord, RecordStore } from "../../src/index.js";
import { createFolderStore } from "../../src/node/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServer, MockServerOptions } from "../../src/mock-server/index.js";
import { onTestFinished } from "vitest";
import { makeFolder } from "../support/generate.js";

export const apiKey = "sk-secret-0123456789";

/** Both stores of this package, by name; each call makes an empty one. */
export const stores: [string, () => Promise<RecordStore>][] = [
  ["memory", async () => createMemoryStore()],
  ["folder", async () => createFolderStore(await makeFolder())],
];

/** A mock server, whose tasks are completed at once, and a client of it; both end with the test. */
export async function startService(
  serverOptions: MockServerOptions = {},
  clientOptions: ClientOptions = {},
): Promise<{ server: MockServer; client: ReturnType<typeof createClient>; submits: () => number }> {
  const server = await startMockServer({ taskDurationMs: 0, ...serverOptions });
  onTestFinished(() => server.close());
  const client = createClient({ apiKey, baseUrl: server.url, submitRetries: 0, ...clientOptions });
  const submits = () => server.requests.filter(({ role }) => role === "submit").length;
  return { server, client, submits };
}

/** A record as a store would hold it. */
export function makeRecord(changes: Partial<GenerationRecord> = {}): GenerationRecord {
  const now = new Date().toISOString();
  return {
    version: 2,
    id: "order-1",
    service: "https://service.example/",
    model: "seedreamv5",
    input: { prompt: "a fox" },
    images: 1,
    attempt: 1,
    state: "accepted",
    taskid: "task-1",
    files: [],
    createdAt: now,
    updatedAt: now,
    ...changes,
  };
}
