import { createFail, prepareSend, refuseRedirect } from "../api/exchange.js";
import type { Exchange } from "../api/exchange.js";
import { PlatformBlob } from "../api/platform.js";
import type { OutgoingRequest } from "../api/request.js";
import { ConfigurationError } from "../errors.js";
import { createWatch } from "./on-servers.js";
import { redactError } from "./redact.js";
import type { Redact } from "./redact.js";
import { toReadable } from "./response-body.js";

// Marked as pure, so that a bundler leaves out what a program does not use.
const runtimeFetch: unknown = /* @__PURE__ */ (() => globalThis.fetch)();

/** Whether a fetch is the runtime's own, unless that was replaced before this package was loaded. */
export const isRuntimeFetch = (fetch: unknown): boolean => fetch === runtimeFetch;

/**
 * Creates the exchange of a client: it sends a request once, knows whether a failure came before its bytes were sent, and
 * reads the response of any fetch.
 *
 * A response's `text` and `json` are bounded and throw as the exchange does. It is the platform's own, for a second one
 * around the text would cost as much as everything else that the client adds.
 */
export function createExchange(redact: Redact): Exchange {
  const watch = createWatch();
  /** Throws {@link ConnectionError} with outcome `not-sent` if that is certain, else `unknown`; or the reason of the signal. */
  return async (request, fetch, onSend) => {
    const send = prepareSend(request, fetch);
    const contentType = request.headers.get("content-type");
    const sender: unknown = fetch ?? globalThis.fetch;
    const evidence = watch(request.url, contentType, isRuntimeFetch(sender), sender);
    const fail = createFail(request, (error) => redactError(error, redact));
    onSend?.(lengthOf(request));
    try {
      const response = await send();
      const { ok, status = ok === false ? 500 : 200 } = response; // a test double may have none
      refuseRedirect(response, status);
      // A refusal stands, even if its words are cut off.
      const isRefusal = status >= 400 && status <= 499 && status !== 408;
      const { signal } = request;
      return toReadable(response, status, (error) =>
        isRefusal && !signal?.aborted ? "" : fail(error, false),
      );
    } catch (error) {
      const isNotSent = evidence.provesNotSent(error);
      // A fetch of `createFetch` that is closed, or whose proxy is no proxy, stays like that: another try would fail too.
      if (isNotSent && error instanceof ConfigurationError) throw error;
      return fail(error, isNotSent);
    } finally {
      evidence.stop();
    }
  };
}

/** Bytes of a body, where this is known without reading it. */
function lengthOf({ body, headers }: OutgoingRequest | Request): number | undefined {
  if (body instanceof PlatformBlob) return body.size;
  if (typeof body === "string") return body.length; // what a form has beyond ASCII makes it a little longer
  return Number(headers.get("content-length") ?? NaN) || undefined;
}
