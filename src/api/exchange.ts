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
  const key = secretOf(request.headers.get(authentication.header)) ?? "\0";
  const fail = createFail(request, (error) => copyWithout(key, firstCause(error)));
  try {
    const response = await send();
    refuseRedirect(response, response.status);
    return response;
  } catch (error) {
    return fail(error, false);
  }
};

/** An error's message and code without the key, and without what else it may hold: the request, and so the key. */
function copyWithout(key: string, error: unknown): Error {
  const { message = typeof error === "string" ? error : "no message", code } = Object(error) as Record<
    string,
    unknown
  >;
  const redact = (value: unknown) => String(value).replaceAll(key, "[redacted]");
  return Object.assign(new Error(redact(message)), typeof code === "string" && { code: redact(code) });
}

/** The cause of an error; where several addresses were tried, the first failure tells as much as all. */
export function causeOf(error: unknown): unknown {
  const { cause, errors } = Object(error) as Record<string, unknown>;
  return cause ?? (Array.isArray(errors) ? (errors[0] as unknown) : undefined);
}

/** The innermost cause, which says more than "fetch failed". */
function firstCause(error: unknown): unknown {
  let first = error;
  for (let depth = 0; depth < 5; depth++) first = causeOf(first) ?? first;
  return first;
}

/** Checks that a request can be sent and returns the function that sends it. */
export function prepareSend(
  request: OutgoingRequest | Request,
  given: Fetch | undefined,
): () => Promise<Response> {
  // The caller that aborted was told that nothing was sent, which must hold for a fetch that ignores its signal.
  throwIfAborted(request.signal);
  const fetch = given ?? (globalThis.fetch as Fetch | undefined);
  if (typeof fetch !== "function") {
    throw new ConfigurationError("This runtime has no `fetch`: pass one");
  }
  // Older versions of Bun send a request again when a connection breaks that was used before: a form gets a new one.
  const isPaid = "Bun" in globalThis && request.headers.get("content-type")?.startsWith("multipart/");
  const isOwn = !isPlatformRequest(request);
  // A request of ours is its own init: a copy would be one more object for each request.
  const init: object = Object.assign(isOwn ? request : {}, isPaid && { keepalive: false }, {
    redirect: redirectMode(),
  });
  return () => fetch(isOwn ? request.url : request, init);
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
    const { message, name } = firstCause(cause) as Error;
    throw new ConnectionError(`${method} ${new URL(url).pathname}: ${message || name}`, {
      outcome: isNotSent ? "not-sent" : "unknown",
      cause,
    });
  };
}

/**
 * Refuses what is not a response to the request itself.
 *
 * @throws {TypeError} It is a redirect (0, where it is hidden), or has a status that HTTP does not have.
 */
export function refuseRedirect(response: Response, status: number): void {
  if (!response.redirected && /^[245]\d\d$/.test(`${status}`)) return;
  void response.body?.cancel?.().catch(() => {});
  throw new TypeError(`unexpected HTTP ${status}`);
}
