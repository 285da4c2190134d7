import { setMaxListeners } from "node:events";
import { createApi } from "./api.js";
import { listen } from "./listener.js";
import { readOptions } from "./options.js";
import type { MockServerOptions } from "./options.js";
import type { MockRequest } from "./request.js";
import { createResults } from "./results.js";
import { serve } from "./site.js";
import { createTasks } from "./tasks.js";
import type { MockCharge } from "./tasks.js";

/** A running mock server. */
export interface MockServer {
  /** Where the API is: what a client takes as its base URL. */
  readonly url: string;
  /** Where the images are: another origin, as they are in reality. */
  readonly resultsUrl: string;
  /** Every request to either server, in the order they arrived. */
  readonly requests: readonly MockRequest[];
  /** What was charged, in order, whether or not the answer arrived. */
  readonly ledger: readonly MockCharge[];
  /** Ends everything: both ports, every connection, every answer under way. It may be called more than once. */
  close(): Promise<void>;
}

/**
 * Starts the TensorsLab Images API on this machine: it checks, charges and answers as the service does, and can fail.
 *
 * It knows the operations, fields and bounds from the same document as the client. Its images are real ones, of the size
 * that was asked for. In a prompt, markers such as `[mock:task-failed]` make things go wrong; see {@link mockMarkers}.
 *
 * @example
 * const server = await startMockServer({ taskDurationMs: 0, credits: 10 });
 * const client = createClient({ apiKey: "any", baseUrl: server.url });
 * await client.generate("seedreamv5", { prompt: "a red fox in fresh snow", batchsize: 2 });
 * console.log(server.ledger); // one charge, of 2 images
 * await server.close();
 */
export async function startMockServer(options: MockServerOptions = {}): Promise<MockServer> {
  const settings = readOptions(options);
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // one for each answer under way, however many there are
  const requests: MockRequest[] = [];
  const context = { requests, fail: settings.fail, stop: stopping.signal, counts: new Map() };
  const tasks = createTasks(settings);

  const results = createResults(settings, tasks, stopping.signal);
  const resultsListener = await listen(settings.resultsPort, "resultsPort", serve(results, context));
  const api = createApi(settings, tasks, (task) => results.issueUrls(task, resultsListener.url));
  const apiListener = await listen(settings.port, "port", serve(api, context)).catch(
    async (error: unknown) => {
      await resultsListener.close();
      throw error;
    },
  );

  let closed: Promise<unknown> | undefined;
  return {
    url: apiListener.url,
    resultsUrl: resultsListener.url,
    requests,
    ledger: tasks.ledger,
    async close() {
      stopping.abort();
      closed ??= Promise.all([apiListener.close(), resultsListener.close()]);
      await closed;
    },
  };
}
