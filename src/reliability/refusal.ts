import type { Redact } from "./redact.js";
import {
  AuthenticationError,
  ConnectionError,
  InsufficientCreditsError,
  OutcomeUnknownError,
  RateLimitError,
  ServiceError,
  UnexpectedResponseError,
} from "../errors.js";
import type { ErrorDetails, TensorsLabError } from "../errors.js";
import type { OperationName } from "../types.js";
import type { ParsedResponse } from "./envelope.js";

/** The request that a response belongs to: a submit, or a read of a known task. */
export interface RequestContext<Name extends OperationName = OperationName> {
  operation: Name;
  /** The task that is read; undefined for a submit. */
  taskid: string | undefined;
  redact: Redact;
}

/** The error for a request that a proxy refused or could not forward, which says nothing of the service or the key. */
export function proxyFailure(parsed: ParsedResponse, { operation }: RequestContext): TensorsLabError {
  const { status, proxyOutcome, serviceMessage, retryAfterMs } = parsed;
  const said = serviceMessage ? `: ${serviceMessage}` : "";
  const message = `${operation}: the proxy responded with HTTP ${status}${said}`;
  const outcome = proxyOutcome === "not-sent" || proxyOutcome === "rejected" ? proxyOutcome : "unknown";
  const details = { outcome, httpStatus: status, serviceMessage, retryAfterMs } as const;
  if (outcome !== "rejected") return new ConnectionError(message, details);
  if (status === 401 || status === 403) return new AuthenticationError(message, details);
  return status === 429 ? new RateLimitError(message, details) : new ServiceError(message, details);
}

/** The error for a response that refuses; undefined if it does not. */
export function refusalOf(
  parsed: ParsedResponse,
  context: RequestContext,
  isStated: boolean,
): TensorsLabError | undefined {
  const { status, meaning, serviceCode, serviceMessage, retryAfterMs } = parsed;
  const { operation } = context;
  const said = serviceMessage ? `: ${serviceMessage}` : "";
  const details = {
    ...outcomeOf(context, "rejected"),
    httpStatus: status,
    serviceCode,
    serviceMessage,
    retryAfterMs,
  };
  if (status === 401 || status === 403) {
    const message = `${operation}: HTTP ${status}, the API key was not accepted${said}`;
    return new AuthenticationError(message, details);
  }
  if (status === 429) return new RateLimitError(`${operation}: HTTP 429, too many requests${said}`, details);
  if (meaning === "insufficientCredits") {
    return new InsufficientCreditsError(`${operation}: the account's credits are used up${said}`, details);
  }
  // A gateway that gave up (408, 5xx) may have passed everything on, and has an envelope of its own at times.
  const mayHaveArrived = status === 408 || status >= 500;
  if (isStated || (!mayHaveArrived && (status >= 400 || (serviceCode !== undefined && !meaning)))) {
    const code = serviceCode === undefined ? "" : `, code ${serviceCode}`;
    return new ServiceError(`${operation}: refused with HTTP ${status}${code}${said}`, details);
  }
  return undefined;
}

/** The error for a response that neither accepts nor refuses: the outcome of a submit is unknown, unless there is a task. */
export function unexpected(
  parsed: ParsedResponse,
  context: RequestContext,
  reason: string,
  cause?: Error,
): TensorsLabError {
  const text = typeof parsed.body === "string" ? parsed.body : (JSON.stringify(parsed.envelope) ?? "");
  const taskid = context.taskid ?? parsed.taskid;
  const details: ErrorDetails = {
    ...outcomeOf({ taskid }, "unknown"),
    httpStatus: parsed.status,
    serviceCode: parsed.serviceCode,
    serviceMessage: parsed.serviceMessage,
    excerpt: context.redact(text).slice(0, 200),
    retryAfterMs: parsed.retryAfterMs,
    cause,
  };
  const message = `${context.operation}: ${context.redact(reason)}`;
  if (taskid !== undefined) return new UnexpectedResponseError(message, details);
  return new OutcomeUnknownError(`${message}; the request may have been paid for`, details);
}

/** A known task was accepted, however a later read of it ends. */
function outcomeOf({ taskid }: { taskid: string | undefined }, outcome: "rejected" | "unknown") {
  return taskid === undefined ? { outcome } : { outcome: "accepted" as const, taskid };
}
