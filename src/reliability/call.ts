import { operations } from "../../generated/operations.js";
import type { Facade } from "../api/create-api.js";
import { isControlFlow } from "../api/platform.js";
import { OutgoingRequest } from "../api/request.js";
import type { OutgoingInit } from "../api/request.js";
import {
  ConfigurationError,
  ConnectionError,
  nameTask,
  OutcomeUnknownError,
  TensorsLabError,
} from "../errors.js";
import type { OperationName, RequestFields, ResponseData } from "../types.js";
import { DeadlineReached, reasonOf, withDeadline } from "./abort.js";
import { isRuntimeFetch } from "./exchange.js";
import { createPlainController } from "./on-servers.js";
import type { InstrumentedOperation } from "./instrument.js";
import { redactError } from "./redact.js";
import type { Redact } from "./redact.js";
import { outcomeHeader, parseResponse } from "./response.js";
import { parseRetryAfter, withRetries } from "./retry.js";
import { validateInput } from "./validate-input.js";

/** Policy of one operation: its deadline, its retries and what it reports. */
export interface CallPolicy {
  /** The task that is read; undefined for a submit. */
  taskid?: string | undefined;
  signal: AbortSignal | undefined;
  /** Milliseconds for everything, all retries included. */
  timeoutMs: number;
  /** Most retries after failures that may be retried. */
  retries: number;
  mayRetry: (error: unknown) => boolean;
  /** Called with the valid fields, once, before anything is sent; what it throws ends the call. */
  beforeSending?: ((fields: Readonly<Record<string, unknown>>) => Promise<void>) | undefined;
  /** Filled in with what happens. */
  operation: InstrumentedOperation;
}

/** Carries out one operation of the document: validates, sends and parses. Returns the `data` of the response. */
export type Call = <Name extends OperationName>(
  name: Name,
  input: RequestFields<Name>,
  policy: CallPolicy,
) => Promise<ResponseData<Name>>;

/** openapi-fetch's `request`, for an operation whose method and path come from `generated`. */
type RequestText = (
  method: string,
  path: string,
  init: OutgoingInit & { parseAs: "text"; fetch: (request: Request) => Promise<Response> },
) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** The reason of a signal whose attempt is over; a constant, for an error would cost a stack trace each. */
const attemptEnded = "the attempt has ended";

/** Creates the function that carries out operations through the facade. */
export function createCall(
  { api, complete, send, isObserved }: Facade,
  redact: Redact,
  fetch: unknown,
  isBehindProxy: boolean,
): Call {
  return (name, input, policy) => {
    const { taskid, signal, timeoutMs, retries, mayRetry, operation } = policy;
    let { beforeSending } = policy;
    const body = validateInput(name, input);
    const { method, path } = operations[name];
    const deadline = performance.now() + timeoutMs;
    const remainingMs = () => deadline - performance.now();

    async function attempt(): Promise<ResponseData<typeof name>> {
      let isSent = false;
      let controller: ReturnType<typeof createPlainController>;
      operation.attempts++;
      const onSend = (bytes: number | undefined) => {
        isSent = true;
        operation.bytes = bytes;
      };
      const sendOnce = async (ending: AbortController) => {
        try {
          const init = { method, body, signal: ending.signal, headers: new Headers() };
          if (isObserved()) {
            const sendObserved = (observed: Request) => send(observed, onSend);
            const given = { ...init, parseAs: "text", fetch: sendObserved } as const;
            const { data, error, response } = await (api.request as RequestText)(method, path, given);
            return { response, body: data ?? error ?? "" };
          }
          // Nobody can tell openapi-fetch from this, which costs as much as the rest of a small request.
          const outgoing = new OutgoingRequest(path, init);
          const response = await send(await complete(outgoing, path), onSend);
          return { response, body: await response.text() };
        } finally {
          // Fetch on Node keeps all of a request for its signal's sake, until that ends or a large collection. Another
          // fetch may count aborts.
          if (isRuntimeFetch(fetch ?? globalThis.fetch)) ending.abort(attemptEnded);
        }
      };
      try {
        if (beforeSending) await withDeadline(remainingMs(), signal, async () => beforeSending?.(body));
        beforeSending = undefined; // once, however often this is sent
        controller = isObserved() ? undefined : createPlainController(fetch ?? globalThis.fetch);
        const { response, body: received } = await withDeadline(remainingMs(), signal, sendOnce, controller);
        const { status, headers } = response;
        operation.httpStatus = status;
        const retryAfterMs = parseRetryAfter(headers);
        // Only a client without a key speaks to a proxy; a service has no say in what is sent again.
        const proxyOutcome = isBehindProxy ? (headers.get(outcomeHeader) ?? undefined) : undefined;
        return parseResponse(
          { status, body: received, retryAfterMs, proxyOutcome },
          { operation: name, taskid, redact },
        );
      } catch (error) {
        // What is known of the submit is worth more than the reason of the abort, which may be any error.
        const isTyped = error instanceof TensorsLabError && error !== signal?.reason;
        if (signal?.aborted && !isTyped) throw reasonOf(signal);
        if (isControlFlow(error)) throw error;
        throw withOutcome(isTyped ? error : toTyped(error, isSent && !controller?.provesNotSent), taskid);
      }
    }

    /** The typed error for what ended an attempt; it says whether anything was sent. */
    function toTyped(error: unknown, isSent: boolean): TensorsLabError {
      const outcome = isSent ? "unknown" : "not-sent";
      if (error instanceof DeadlineReached) {
        const reason = isSent ? "no response" : "nothing could be sent";
        return new ConnectionError(`${name}: ${reason} within ${timeoutMs} ms`, { outcome, cause: error });
      }
      // Everything else that can fail was added with api.use(), or is `onWarning`.
      const cause = redactError(error, redact);
      const message = `${name}: ${beforeSending ? "`onWarning`" : "a middleware"} failed: ${cause.message}`;
      return isSent
        ? new ConnectionError(message, { outcome, cause })
        : new ConfigurationError(`${message}; nothing was sent`, { cause });
    }

    return withRetries(attempt, { signal, remainingMs, retries, mayRetry });
  };
}

/** States the outcome of the submit: a task was accepted, and a submit that may have arrived is unknown. */
function withOutcome(error: TensorsLabError, taskid: string | undefined): TensorsLabError {
  if (taskid !== undefined) return nameTask(error, taskid);
  if (!(error instanceof ConnectionError) || error.outcome === "not-sent") return error;
  const message = `${error.message}; the request may have arrived and been paid for`;
  return new OutcomeUnknownError(message, { cause: error.cause });
}
