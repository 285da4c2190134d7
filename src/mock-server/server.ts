import { setMaxListeners } from "node:events";
import { createApi } from "./api.js";
import { listen } from "./listener.js";
import { readOptions } from "./options.js";
import type { MockServerOptions } from "./options.js";
import { createRequestLog } from "./request-log.js";
import type { MockRequest } from "./request.js";
import { createResults } from "./results.js";
import { serve } from "./site.js";
import type { Traffic } from "./site.js";
import { createTasks } from "./tasks.js";
import type { MockCharge } from "./tasks.js";

/** A running mock server. */
export interface MockServer {
  /** The address of the API: a client's base URL. */
  readonly url: string;
  /** The address of the images: another origin, as in reality. */
  readonly resultsUrl: string;
  /** Every request to either server, in the order they arrived. */
  readonly requests: readonly MockRequest[];
  /** Every charge, in order, whether or not the response arrived. */
  readonly ledger: readonly MockCharge[];
  /** Ends everything: all ports, every connection, every response that is being sent. It may be called again. */
  close(): Promise<void>;
}

/**
 * Starts the TensorsLab Images API on this machine: it validates, charges and responds as the service does, and can fail.
 *
 * It knows the operations, fields and bounds from the same document as the client. Its images are real ones, of the size
 * that was asked for. In a prompt, markers such as `[mock:task-failed]` make things fail; see {@link mockMarkers}.
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
  setMaxListeners(0, stopping.signal); // one for each response that is being sent, however many there are
  const log = createRequestLog(settings);
  const tasks = createTasks(settings);
  const traffic: Traffic = {
    record: log.record,
    fail: settings.fail,
    watch: () => undefined,
    stop: stopping.signal,
  };

  const results = createResults(settings, tasks, stopping.signal);
  const { host, publicUrl } = settings;
  const resultsListener = await listen(host, settings.resultsPort, "resultsPort", serve(results, traffic));
  const resultsUrl = publicUrl
    ? `${publicUrl.protocol}//${publicUrl.hostname}:${resultsListener.port}`
    : resultsListener.url;
  const api = createApi({
    settings,
    tasks,
    issueUrls: (task) => results.issueUrls(task, resultsUrl),
    takeMarkers: () => [],
  });
  const apiListener = await listen(host, settings.port, "port", serve(api, traffic)).catch(
    async (error: unknown) => {
      await resultsListener.close();
      throw error;
    },
  );

  let closed: Promise<unknown> | undefined;
  return {
    url: apiListener.url,
    resultsUrl,
    requests: log.requests,
    ledger: tasks.ledger,
    async close() {
      stopping.abort();
      closed ??= Promise.all([apiListener.close(), resultsListener.close()]);
      await closed;
    },
  };
}
