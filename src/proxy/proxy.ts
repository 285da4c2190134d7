import { authentication, fields, operations } from "../../generated/operations.js";
import { DeadlineReached, withDeadline } from "../reliability/abort.js";
import { createAuthenticate } from "../api/authentication.js";
import { ConfigurationError, ConnectionError } from "../errors.js";
import { resolveOptions } from "../options.js";
import type { ClientOptions } from "../options.js";
import { createRedactor } from "../api/redact.js";
import { createWatch } from "../api/evidence.js";
import { exchange } from "../api/exchange.js";
import { OutgoingRequest } from "../api/request.js";

/** How a proxy is set up: as a client is, and with a guard. Nothing is retried, so the options for that change nothing. */
export interface ProxyOptions extends ClientOptions {
  /**
   * Decides on each request before anything else is done with it: `true` lets it pass, a Response is the answer, and
   * everything else is answered with HTTP 403. It must not read the body; what it throws is thrown by the handler.
   *
   * A cookie alone is not enough: other sites can post with it. Compare the `Origin` header too, or ask for a token.
   */
  authorize: (request: Request) => boolean | Response | Promise<boolean | Response>;
}

/** A boundary that is made for one request. */
const uniqueBoundary = /\bform-[\da-f]{32}\b/;

/** How many requests are remembered, so that none of them is passed on twice. */
const longestMemory = 10_000;

/** A web-standard request handler. */
export type ProxyHandler = (request: Request) => Promise<Response>;

/**
 * Makes a request handler that adds the key, for clients that must not have it: web pages and apps.
 *
 * A request's path ends in that of an operation of the document, behind any prefix of yours. The body is streamed through
 * with its type and length; nothing else of the visitor is passed on, and of the answer its status, type, `Retry-After`
 * and text. A request is sent once, follows no redirect, and ends with the visitor's. The proxy itself answers 403 (not
 * authorized), 404 and 405 (no operation), 502 (the service was not reached, or its answer was cut off) and 504 (no
 * answer within `submitTimeoutMs` milliseconds).
 *
 * A browser repeats a request by itself when a kept connection breaks, without a word to the page. A form of this package's
 * client that comes a second time to the same handler is answered with 502 and not paid for again.
 *
 * @throws {ConfigurationError} if `authorize` or the key is missing, or an option is bad.
 * @example
 * const handler = createProxyHandler({
 *   authorize: (request) => request.headers.get("origin") === "https://example.com" && hasSession(request),
 * });
 * export const POST = handler; // in Next.js: app/api/images/[...path]/route.ts
 * const client = createClient({ baseUrl: "/api/images" }); // in the page
 */
export function createProxyHandler(options: ProxyOptions): ProxyHandler {
  const { authorize, ...clientOptions } = (options ?? {}) as ProxyOptions;
  if (typeof authorize !== "function") {
    throw new ConfigurationError(
      "createProxyHandler needs authorize: without it, everyone could spend your credits",
    );
  }
  const settings = resolveOptions(clientOptions);
  const authenticate = createAuthenticate(settings.apiKey, settings.authScheme);
  const { remember, redact } = createRedactor();
  const watch = createWatch();
  const passedOn = new Set<string>();

  /** Whether this very request was passed on before: each has a boundary of its own. */
  function isRepetition({ headers }: Request): boolean {
    const [boundary] = uniqueBoundary.exec(headers.get("content-type") ?? "") ?? [];
    if (boundary === undefined) return false;
    if (passedOn.has(boundary)) return true;
    const [oldest] = passedOn;
    if (oldest !== undefined && passedOn.size >= longestMemory) passedOn.delete(oldest);
    passedOn.add(boundary);
    return false;
  }

  async function forward(request: Request, method: string, path: string): Promise<Response> {
    const key = await authenticate();
    const headers = pick(request.headers, ["content-type", "content-length"]);
    if (key) headers.set(authentication.header, key);
    remember(key);
    const url = settings.baseUrl().href.replace(/\/$/, "") + path;

    async function send({ signal }: AbortController): Promise<Response> {
      const { body } = request;
      const outgoing = new OutgoingRequest(url, { method, headers, signal, body });
      if (body) Object.assign(outgoing, { duplex: "half" });
      const response = await exchange(outgoing, { fetch: settings.fetch, redact, watch });
      const passed = pick(response.headers, ["content-type", "retry-after"]);
      passed.set("cache-control", "no-store");
      return new Response(redact(await response.text()) || null, {
        status: response.status,
        headers: passed,
      });
    }
    return withDeadline(settings.submitTimeoutMs, request.signal, send);
  }

  return async (request) => {
    const verdict = await authorize(request);
    if (verdict instanceof Response) return verdict;
    if (verdict !== true) return refuse(403, "not authorized");
    if (request.bodyUsed)
      throw new ConfigurationError("authorize must not read the body: read a clone of it");

    const found = operationsAt(new URL(request.url).pathname);
    if (found.length === 0) return refuse(404, "this is no operation of the service");
    const operation = found.find(({ method }) => method === request.method);
    if (!operation) {
      const allow = found.map(({ method }) => method).join(", ");
      return refuse(405, `the operation is asked for with ${allow}`, { allow });
    }
    if (isRepetition(request)) {
      return refuse(502, "this request came before, and may have been paid for; it is not passed on again");
    }
    try {
      return await forward(request, operation.method, operation.path);
    } catch (error) {
      if (error instanceof DeadlineReached) return refuse(504, "the service did not answer in time");
      if (error instanceof ConnectionError)
        return refuse(502, "the service was not reached, or gave no whole answer");
      // The visitor is gone: nobody reads this answer, and a failure would only fill the log.
      if (request.signal.aborted) return refuse(499, "the visitor gave up");
      throw error;
    }
  };
}

/** The operations that a path ends in, behind a prefix that cannot mean anything else. */
function operationsAt(pathname: string) {
  return Object.values(operations).filter(({ path }) => {
    const prefix = pathname.slice(0, -path.length);
    return pathname.endsWith(path) && /^(\/[\w~.-]+)*$/.test(prefix);
  });
}

function pick(headers: Headers, names: string[]): Headers {
  return new Headers(
    names.flatMap((name): [string, string][] => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** An answer of the proxy itself, in words that a client shows. */
function refuse(status: number, message: string, headers?: HeadersInit): Response {
  const answer = Response.json({ [fields.message]: message }, { status, headers: headers ?? {} });
  answer.headers.set("cache-control", "no-store");
  return answer;
}
