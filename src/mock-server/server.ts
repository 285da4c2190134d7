import { setMaxListeners } from "node:events";
import util from "node:util";
import type { RequestListener } from "node:http";
import { createApi } from "./api.js";
import type { Control } from "./control/index.js";
import { allowedNames } from "./control/guard.js";
import { listen } from "./listener.js";
import type { Listener } from "./listener.js";
import type { MockServerOptions, Settings } from "./options.js";
import { readOptions } from "./read-options.js";
import { createRecording, createReplay } from "./recording/index.js";
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
  /** The address of the page, if there is one. */
  readonly pageUrl: string | undefined;
  /** The address of the health endpoint, which responds with HTTP 200 once the server is ready. */
  readonly healthUrl: string;
  /** Every request to either server, in the order they arrived. */
  readonly requests: readonly MockRequest[];
  /** Every charge, in order, whether or not the response arrived. */
  readonly ledger: readonly MockCharge[];
  /** Closes all ports and connections, and ends responses that are being sent. It may be called again. */
  close(): Promise<void>;
}

/** The path of the health endpoint on the port of the API. Requests to it are not recorded. */
const healthPath = "/mock/health";

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
  const given = readOptions(options);
  const { host, publicUrl } = given;
  let clockOffsetMs = 0;
  let seenMs = 0;
  const settings: Settings = { ...given, now: () => (seenMs = given.now()) + clockOffsetMs };
  /** The time for the page, which must not call `now`: the caller's clock may advance with each call. */
  const glance = (): number => (options.now ? seenMs : Date.now()) + clockOffsetMs;
  const stopping = createAbortController();
  setMaxListeners(0, stopping.signal); // one for each response that is being sent, however many there are
  const log = createRequestLog(settings);
  const tasks = createTasks(settings);
  const results = createResults(settings, tasks, stopping.signal);
  const listeners: Listener[] = [];
  let control: Control | undefined;
  let isReady = false;

  async function close(): Promise<void> {
    stopping.abort();
    control?.close();
    await Promise.all(listeners.map((listener) => listener.close()));
  }
  async function open(port: number, option: string, onRequest: RequestListener): Promise<Listener> {
    const listener = await listen(host, port, option, onRequest);
    listeners.push(listener);
    return listener;
  }

  const traffic: Traffic = {
    record: log.record,
    fail: (request) => settings.fail(request) ?? control?.faults.fail(request),
    watch: (request, response) => control?.history.watch(request, response),
    stop: stopping.signal,
  };
  try {
    const { record, replay } = settings;
    let resultsUrl = "";
    const session = record
      ? createRecording(record, () => resultsUrl, stopping.signal)
      : replay === undefined
        ? undefined
        : await createReplay(replay, () => resultsUrl);
    const resultsListener = await open(
      settings.resultsPort,
      "resultsPort",
      serve(session?.results ?? results, traffic),
    );
    resultsUrl = publicUrl
      ? `${publicUrl.protocol}//${publicUrl.hostname}:${resultsListener.port}`
      : resultsListener.url;
    const api = createApi({
      settings,
      tasks,
      issueUrls: (task) => results.issueUrls(task, resultsUrl),
      takeMarkers: () => control?.faults.takeMarkers() ?? [],
    });
    const apiListener = await open(
      settings.port,
      "port",
      withHealth(() => isReady, serve(session?.api ?? api, traffic)),
    );
    if (settings.page) {
      const { createControl } = await import("./control/index.js");
      control = createControl({
        tasks,
        statusOf: (task) => tasks.statusOf(task, glance()),
        results,
        urls: { api: apiListener.url, results: resultsUrl },
        names: allowedNames(host, publicUrl),
        limits: pageLimits(settings),
        stop: stopping.signal,
        state: () => ({
          url: apiListener.url,
          resultsUrl,
          creditsLeft: Number.isFinite(tasks.creditsLeft) ? tasks.creditsLeft : null,
          charges: tasks.charges,
          charged: tasks.charged,
          clockOffsetMs,
          taskDurationMs: settings.taskDurationMs,
        }),
        setCredits: (credits) => void (tasks.creditsLeft = credits),
        forward: (milliseconds) => void (clockOffsetMs += milliseconds),
        reset() {
          log.reset();
          tasks.reset();
          session?.reset();
          clockOffsetMs = 0;
        },
      });
    }
    const pageListener = control && (await open(settings.pagePort, "pagePort", control.onRequest));
    isReady = true;
    return {
      url: apiListener.url,
      resultsUrl,
      pageUrl: pageListener?.url,
      healthUrl: apiListener.url + healthPath,
      requests: log.requests,
      ledger: tasks.ledger,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The limits of the requests that the page keeps, apart from `keep`. */
function pageLimits({ keep }: Settings): Settings["keep"] {
  return { items: Math.min(keep.items, 10_000), bytes: Math.min(keep.bytes, 64 * 1024 * 1024) };
}

/** Responds to health checks; the server is healthy once every port is open. */
function withHealth(isReady: () => boolean, onRequest: RequestListener): RequestListener {
  return (message, response) => {
    if (message.url !== healthPath) return void onRequest(message, response);
    const [httpStatus, status] = isReady() ? [200, "ok"] : [503, "starting"];
    response.writeHead(httpStatus, { "content-type": "application/json" }).end(JSON.stringify({ status }));
  };
}

/** A test environment such as jsdom replaces the global by its own, which Node's modules do not accept. */
function createAbortController(): AbortController {
  const { transferableAbortController } = util as Partial<typeof util>;
  return transferableAbortController?.() ?? new AbortController();
}
