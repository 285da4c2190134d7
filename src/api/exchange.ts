import { ConfigurationError, ConnectionError } from "../errors.js";
import type { Watch } from "./evidence.js";
import { isControlFlow, isRuntimeFetch, PlatformBlob } from "./platform.js";
import { redactError } from "./redact.js";
import type { Redact } from "./redact.js";
import { isPlatformRequest } from "./request.js";
import type { OutgoingRequest } from "./request.js";
import { toReadable } from "./response-body.js";

/** A `fetch` as the platform has it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** The parts that an exchange works with. */
export interface Exchange {
  /** Undefined for `globalThis.fetch`, which is looked up for each request. */
  fetch: Fetch | undefined;
  redact: Redact;
  watch: Watch;
  /** Called with the length of the body once nothing can prevent the request from being sent. */
  onSend?: ((bytes: number | undefined) => void) | undefined;
}

/**
 * Sends a request once. Redirects are errors: a key, or a paid request, goes nowhere else.
 *
 * @returns The response, whose `text` and `json` are bounded and throw as this does. It is the platform's own, for a second
 * one around the text would cost as much as everything else that the client adds.
 * @throws {ConnectionError} with outcome `not-sent` if that is certain, else `unknown`; or the reason of the signal.
 */
export async function exchange(
  request: OutgoingRequest | Request,
  { fetch: given, redact, watch, onSend }: Exchange,
): Promise<Response> {
  // Whoever aborted was told that nothing was sent, which must hold for a fetch that ignores its signal.
  request.signal?.throwIfAborted();
  const fetch: unknown = given ?? globalThis.fetch;
  if (typeof fetch !== "function") {
    throw new ConfigurationError(
      "This runtime has no `fetch`: pass one with the option `fetch`; nothing was sent",
    );
  }
  const contentType = request.headers.get("content-type");
  const evidence = watch(request.url, contentType, isRuntimeFetch(fetch));
  const fail = createFail(request.method, request.url, request.signal, redact);
  onSend?.(lengthOf(request));
  try {
    const response = await send(request, fetch as Fetch, redirectMode());
    const status = statusOf(response);
    if (status === undefined) {
      void response.body?.cancel?.().catch(() => {});
      throw new TypeError(`unexpected HTTP ${response.status}`);
    }
    // A refusal stands, even if its words are cut off.
    const isRefusal = status >= 400 && status <= 499 && status !== 408;
    return toReadable(response, status, (error) =>
      isRefusal && !request.signal?.aborted ? "" : fail(error, false),
    );
  } catch (error) {
    const isNotSent = evidence.provesNotSent(error);
    // A fetch of `createFetch` that is closed, or whose proxy is no proxy, stays like that: another try would fail too.
    if (isNotSent && error instanceof ConfigurationError) throw error;
    return fail(error, isNotSent);
  } finally {
    evidence.stop();
  }
}

/** Creates the function that throws failures, typed; apart, so that a response, which runtimes keep, does not hold its request. */
function createFail(method: string, url: string, signal: AbortSignal | undefined, redact: Redact) {
  return (error: unknown, isNotSent: boolean): never => {
    if (signal?.aborted) throw signal.reason;
    if (isControlFlow(error)) throw error;
    const cause = redactError(error, redact);
    throw new ConnectionError(`${method} ${new URL(url).pathname}: ${innermost(cause)}`, {
      outcome: isNotSent ? "not-sent" : "unknown",
      cause,
    });
  };
}

/** Bytes of a body, where this is known without reading it. */
function lengthOf({ body, headers }: OutgoingRequest | Request): number | undefined {
  if (body instanceof PlatformBlob) return body.size;
  if (typeof body === "string") return body.length; // what a form has beyond ASCII makes it a little longer
  return Number(headers.get("content-length") ?? NaN) || undefined;
}

function send(
  request: OutgoingRequest | Request,
  fetch: Fetch,
  redirect: RequestRedirect,
): Promise<Response> {
  if (isPlatformRequest(request)) return fetch(request, { redirect });
  // The request is its own init: a copy would be one more object for each request.
  return fetch(request.url, Object.assign(request, { redirect }) as RequestInit);
}

/**
 * Node keeps a copy of every body in case of a redirect, unless redirects are errors; Workers know no such mode and show
 * the redirect itself.
 */
function redirectMode(): RequestRedirect {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers" ? "manual" : "error";
}

/** The status of a response; undefined for a redirect (0, where it is hidden) and a status that HTTP does not have. */
function statusOf({ status, ok, redirected }: Response): number | undefined {
  if (redirected) return undefined;
  const known = (status as number | undefined) ?? (ok === false ? 500 : 200); // of a test double
  return (known >= 200 && known <= 299) || (known >= 400 && known <= 599) ? known : undefined;
}

/** The message of the first cause, which says more than "fetch failed". */
function innermost({ cause, message, name }: Error): string {
  return (cause instanceof Error && innermost(cause)) || message || name;
}
