import { onTestFinished } from "vitest";
import { createClient } from "../../../src/index.js";
import type { Client, ClientOptions } from "../../../src/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockServer, MockServerOptions } from "../../../src/mock-server/index.js";
import { apiKey } from "./failure.js";

/** A mock server, whose tasks are completed at once, and a client of it; both end with the test. */
export async function startMockClient(
  serverOptions: MockServerOptions = {},
  clientOptions: ClientOptions = {},
): Promise<{ server: MockServer; client: Client; reads: () => number }> {
  const server = await startMockServer({ taskDurationMs: 0, ...serverOptions });
  onTestFinished(() => server.close());
  const client = createClient({ apiKey, baseUrl: server.url, ...clientOptions });
  const reads = () => server.requests.filter(({ role }) => role === "status").length;
  return { server, client, reads };
}
