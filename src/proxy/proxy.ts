import { authentication, fields } from "../../generated/operations.js";
import { createAuthenticate } from "../api/authentication.js";
import { callback, checkOptions } from "../api/options.js";
import type { OptionRule } from "../api/options.js";
import { createRedactor } from "../reliability/redact.js";
import { OutgoingRequest } from "../api/request.js";
import { ConfigurationError, ConnectionError, didYouMean } from "../errors.js";
import { resolveOptions } from "../options.js";
import type { ClientOptions } from "../options.js";
import { DeadlineReached, withDeadline } from "../reliability/abort.js";
import { createExchange } from "../reliability/exchange.js";
import { alwaysSent, isRead, operationsAt, pick, readTaskId, refuse, sealTaskId } from "./messages.js";
import type { Operation, Text } from "./messages.js";
import { createReplayGuard } from "./replay-guard.js";
import { createTaskIds } from "./task-ids.js";
import type { TaskIds } from "./task-ids.js";

/** Options of a proxy: those of a client, and a guard. Nothing is retried or validated, so the options for that have no effect. */
export interface ProxyOptions extends ClientOptions {
  /**
   * Decides on each request before anything else is done with it. It returns the id of the visitor, such as that of a
   * signed-in user; `false` for HTTP 403; or a Response of its own. It must not read the body; an error that it throws is
   * thrown by the handler.
   *
   * A cookie alone is not enough: other sites can post with it. Compare the `Origin` header too, or require a token.
   */
  authorize: (request: Request) => string | false | Response | Promise<string | false | Response>;
  /**
   * Decides whether a visitor may read a task that another visitor submitted, for shared galleries. @default none may
   */
  authorizeRead?:
    ((read: { taskid: string; visitor: string; request: Request }) => boolean | Promise<boolean>) | undefined;
  /**
   * Returns the milliseconds that a visitor has to wait, as an HTTP 429 response; 0 or nothing lets the request
   * pass. @default no limit
   */
  limitRate?:
    | ((use: {
        visitor: string;
        isSubmit: boolean;
        request: Request;
      }) => number | undefined | Promise<number | undefined>)
    | undefined;
  /** Signs task ids. After a change, task ids that visitors hold are unknown. @default derived from the API key */
  taskIdSecret?: string | undefined;
  /** Called with the error when the proxy itself is not set up, such as without a key. */
  onError?: ((error: ConfigurationError) => void) | undefined;
}

const proxyOptionRules = {
  authorizeRead: callback,
  limitRate: callback,
  onError: callback,
  taskIdSecret: [
    (value) => typeof value === "string" && value.length >= 16,
    "a string of at least 16 characters",
  ],
} satisfies Record<string, OptionRule>;

/** A web-standard request handler. */
export type ProxyHandler = (request: Request) => Promise<Response>;

/**
 * Creates a request handler that adds the key, for clients that must not have it: web pages and apps.
 *
 * A request's path ends in that of an operation of the document, behind any prefix of yours. The body is streamed through
 * with its type and length; nothing else of the visitor is forwarded, and of the response its status, `Retry-After` and
 * text. Task ids leave it signed for their visitor, who alone can read the task. A request is sent once, follows no
 * redirect, and ends with the visitor's.
 *
 * The proxy itself responds with 403 (not authorized), 404 and 405 (no such operation, or no task of this visitor), 429
 * (`limitRate`), 500 (not set up), 502 (service not reached, or no complete response) and 504 (no response within
 * `submitTimeoutMs` milliseconds), and tells the client the outcome of the submit.
 *
 * A browser repeats a request by itself when a kept connection breaks, without telling the page. A form of this package's
 * client that arrives a second time at the same handler gets a 502 response and is not paid for again.
 *
 * It can be created where there is no key yet, such as in a build: the environment is read at each request.
 *
 * @throws {ConfigurationError} `authorize` is missing, or an option is invalid.
 * @example
 * const handler = createProxyHandler({
 *   authorize: async (request) => request.headers.get("origin") === "https://example.com" && (await userOf(request)),
 * });
 * export const POST = handler; // in Next.js: app/api/images/[...path]/route.ts
 * const client = createClient({ baseUrl: "/api/images" }); // in the page
 */
export function createProxyHandler(options: ProxyOptions): ProxyHandler {
  const { authorize, authorizeRead, limitRate, taskIdSecret, onError, ...clientOptions } = (options ??
    {}) as ProxyOptions;
  if (typeof authorize !== "function") {
    throw new ConfigurationError(
      "createProxyHandler needs `authorize`: without it, everyone could spend your credits",
    );
  }
  const own = { authorizeRead, limitRate, taskIdSecret, onError };
  checkOptions(own, proxyOptionRules, didYouMean);
  const settings = resolveOptions(clientOptions);
  const authenticate = createAuthenticate(settings.apiKey, settings.authScheme);
  const { remember, redact } = createRedactor();
  const exchange = createExchange(redact);
  const guard = createReplayGuard();

  /** The signer of task ids for the present key, created once for each key. */
  let known: { secret: string; taskIds: Promise<TaskIds> } | undefined;
  function taskIdsOf(key: string | undefined): Promise<TaskIds> {
    const secret = taskIdSecret ?? key;
    if (!secret)
      throw new ConfigurationError("Without an API key, `taskIdSecret` is needed to sign task ids");
    if (known?.secret !== secret) known = { secret, taskIds: createTaskIds(secret) };
    return known.taskIds;
  }

  async function forward(request: Request, operation: Operation, visitor: string): Promise<Response> {
    const key = await authenticate();
    remember(key);
    const taskIds = await taskIdsOf(key);
    const headers = pick(request.headers, ["content-type", "content-length"]);
    let body: unknown = request.body;
    let read: { sealed: string; id: string } | undefined;
    let forget: (() => void) | undefined;
    if (isRead(operation)) {
      const sealed = await readTaskId(request);
      if (sealed === undefined) return refuse(400, "rejected", "the body must be JSON with a task id");
      const { id, isOwn } = await taskIds.open(visitor, sealed);
      if (!isOwn && (await authorizeRead?.({ taskid: id, visitor, request })) !== true) {
        return refuse(404, "rejected", "this visitor has no such task");
      }
      read = { sealed, id };
      body = JSON.stringify({ [fields.taskid]: id });
      headers.delete("content-length");
      headers.set("content-type", "application/json");
    } else {
      forget = guard.admit(visitor, request.headers.get("content-type"));
      if (!forget) {
        return refuse(
          502,
          "unknown",
          "this request came before and may have been paid for; it is not forwarded again",
        );
      }
    }
    if (key) headers.set(authentication.header, key);
    const url = settings.baseUrl().href.replace(/\/$/, "") + operation.path;

    let isSent = false;
    async function send({ signal }: AbortController): Promise<Response> {
      const outgoing = new OutgoingRequest(url, {
        method: operation.method,
        headers,
        signal,
        body: body as BodyInit,
      });
      if (body instanceof ReadableStream) Object.assign(outgoing, { duplex: "half" });
      const onSend = () => void (isSent = true);
      const response = await exchange(outgoing, settings.fetch, onSend);
      if (response.status === 429) forget?.();
      const text = redact(await response.text());
      return passOn(
        response,
        await sealTaskId(text, (id) => (read?.id === id ? read.sealed : taskIds.seal(visitor, id))),
      );
    }
    try {
      return await withDeadline(settings.submitTimeoutMs, request.signal, send);
    } catch (error) {
      const outcome = error instanceof ConnectionError ? error.outcome : isSent ? "unknown" : "not-sent";
      if (outcome === "not-sent") forget?.();
      if (error instanceof DeadlineReached)
        return refuse(504, outcome, "the service did not respond in time");
      if (error instanceof ConnectionError) {
        return refuse(502, outcome, "the service was not reached, or gave no complete response");
      }
      // The visitor has disconnected: nobody reads this response, and an error would only fill the log.
      if (request.signal.aborted) return refuse(499, outcome, "the visitor gave up");
      throw error;
    }
  }

  /** A response of the service for a page: text that no browser interprets as a page or a script. */
  function passOn({ status, headers }: Response, { text, isJson }: Text): Response {
    const retryAfter = headers.get("retry-after");
    return new Response(text || null, {
      status,
      headers: {
        "content-type": isJson ? "application/json" : "text/plain; charset=utf-8",
        ...alwaysSent,
        ...(retryAfter !== null && { "retry-after": redact(retryAfter) }),
      },
    });
  }

  return async (request) => {
    const visitor: unknown = await authorize(request);
    if (visitor instanceof Response) return visitor;
    if (visitor === true) {
      throw new ConfigurationError(
        "`authorize` must return the visitor's id, not true: task ids are signed for it",
      );
    }
    if (typeof visitor !== "string" || visitor === "") return refuse(403, "rejected", "not authorized");
    if (request.bodyUsed)
      throw new ConfigurationError("`authorize` must not read the body: read a clone of it");

    const found = operationsAt(new URL(request.url).pathname);
    if (found.length === 0) return refuse(404, "rejected", "this is not an operation of the service");
    const operation = found.find(({ method }) => method === request.method);
    if (!operation) {
      const allow = found.map(({ method }) => method).join(", ");
      return refuse(405, "rejected", `the operation is called with ${allow}`, { allow });
    }
    const waitMs = (await limitRate?.({ visitor, isSubmit: !isRead(operation), request })) ?? 0;
    if (typeof waitMs !== "number" || Number.isNaN(waitMs))
      throw new ConfigurationError("`limitRate` must return a number of milliseconds, or nothing");
    if (waitMs > 0) {
      const headers: Record<string, string> = Number.isFinite(waitMs)
        ? { "retry-after": String(Math.ceil(waitMs / 1000)) }
        : {};
      return refuse(429, "rejected", "too many requests of this visitor", headers);
    }
    try {
      return await forward(request, operation, visitor);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      onError?.(error);
      return refuse(500, "not-sent", `the proxy is not set up: ${redact(error.message)}`);
    }
  };
}
