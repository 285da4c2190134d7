import { authentication } from "../../generated/operations.js";
import { ConfigurationError, ConnectionError } from "../errors.js";
import { secretOf } from "./authentication.js";
import { isControlFlow, reasonOf, throwIfAborted } from "./platform.js";
import { isPlatformRequest, redirectMode } from "./request.js";
import type { OutgoingRequest } from "./request.js";

/** A `fetch` as the platform has it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Sends one request and returns its response.
 *
 * @param fetch Undefined for `globalThis.fetch`, which is looked up for each request.
 * @param onSend Called once nothing can prevent the request from being sent.
 */
export type Exchange = (
  request: OutgoingRequest | Request,
  fetch: Fetch | undefined,
  onSend?: (bytes: number | undefined) => void,
) => Promise<Response>;

/**
 * Sends a request once. Redirects are errors: a key, or a paid request, goes nowhere else.
 *
 * @throws {ConnectionError} with outcome `unknown`, and without the key; or the reason of the signal.
 */
export const exchange: Exchange = async (request, fetch) => {
  const send = prepareSend(request, fetch);
  const key = secretOf(request.headers.get(authentication.header));
  const fail = createFail(request, (error) => innermostAlone(error, key));
  try {
    const response = await send();
    statusOf(response);
    return response;
  } catch (error) {
    return fail(error, false);
  }
};

/** The innermost cause, without the key, and without what else an error may hold: the request, and so the key. */
function innermostAlone(error: unknown, key: string | undefined, depth = 0): Error {
  const { message, code } = Object(error) as Record<string, unknown>;
  const inner = causeOf(error);
  if (inner !== undefined && depth < 5) return innermostAlone(inner, key, depth + 1);
  const redact = (value: unknown) => String(value).replaceAll(key ?? "\0", "[redacted]");
  const text = message ?? (Object(error) === error ? "no message" : error);
  return Object.assign(new Error(redact(text)), typeof code === "string" && { code: redact(code) });
}

/** The cause of an error; where several addresses were tried, the first failure tells as much as all. */
export function causeOf(error: unknown): unknown {
  const { cause, errors } = Object(error) as Record<string, unknown>;
  return cause ?? (Array.isArray(errors) ? (errors[0] as unknown) : undefined);
}

/** Checks that a request can be sent and returns the function that sends it. */
export function prepareSend(
  request: OutgoingRequest | Request,
  given: Fetch | undefined,
): () => Promise<Response> {
  // Whoever aborted was told that nothing was sent, which must hold for a fetch that ignores its signal.
  throwIfAborted(request.signal);
  const fetch = given ?? (globalThis.fetch as Fetch | undefined);
  if (typeof fetch !== "function") {
    throw new ConfigurationError("This runtime has no `fetch`: pass one as the option `fetch`");
  }
  // Older versions of Bun send a request again when a connection breaks that was used before: a form gets a new one.
  const isPaid = "Bun" in globalThis && request.headers.get("content-type")?.startsWith("multipart/");
  const init: RequestInit = { redirect: redirectMode(), ...(isPaid && { keepalive: false }) };
  if (isPlatformRequest(request)) return () => fetch(request, init);
  // The request is its own init: a copy would be one more object for each request.
  return () => fetch(request.url, Object.assign(request, init) as RequestInit);
}

/**
 * Creates the function that throws failures, typed; it holds parts of the request only, because runtimes keep the response
 * that it is called for.
 */
export function createFail(
  { method, url, signal }: OutgoingRequest | Request,
  toCause: (error: unknown) => Error,
) {
  return (error: unknown, isNotSent: boolean): never => {
    if (signal?.aborted) throw reasonOf(signal);
    if (isControlFlow(error)) throw error;
    const cause = toCause(error);
    throw new ConnectionError(`${method} ${new URL(url).pathname}: ${innermost(cause)}`, {
      outcome: isNotSent ? "not-sent" : "unknown",
      cause,
    });
  };
}

/**
 * Returns the status of a response; a test double may have none.
 *
 * @throws {TypeError} The response is a redirect (0, where it is hidden), or has a status that HTTP does not have.
 */
export function statusOf(response: Response): number {
  const { status, ok, redirected } = response;
  const known = (status as number | undefined) ?? (ok === false ? 500 : 200);
  const isKnown = (known >= 200 && known <= 299) || (known >= 400 && known <= 599);
  if (isKnown && !redirected) return known;
  void response.body?.cancel?.().catch(() => {});
  throw new TypeError(`unexpected HTTP ${status}`);
}

/** The message of the first cause, which says more than "fetch failed". */
function innermost({ cause, message, name }: Error): string {
  return (cause instanceof Error && innermost(cause)) || message || name;
}
