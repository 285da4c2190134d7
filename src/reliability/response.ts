import { enums, fields } from "../../generated/operations.js";
import { responses } from "../../generated/validators.js";
import type { Redact } from "../api/redact.js";
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
import { isPlainText } from "./plain-text.js";
import type {
  OperationName,
  ResponseData,
  StatusOperation,
  Submission,
  SubmitOperation,
  Task,
  TaskStatus,
} from "../types.js";

/** A response as it arrived: the body is text, or what openapi-fetch already parsed of it. */
export interface ReceivedResponse {
  status: number;
  body: unknown;
  retryAfterMs: number | undefined;
  /** The outcome that a proxy of `createProxyHandler` reports; undefined if the response is the service's. */
  proxyOutcome?: string | undefined;
}

/** The header in which the proxy says what it knows about the outcome of a submit. */
export const outcomeHeader = "tensorslab-images-outcome";

/** The request that a response belongs to: a submit, or a read of a known task. */
export interface RequestContext<Name extends OperationName = OperationName> {
  operation: Name;
  /** The task that is read; undefined for a submit. */
  taskid: string | undefined;
  redact: Redact;
}

/** A response with the parts that every response of the service has. */
interface ParsedResponse extends ReceivedResponse {
  envelope: unknown;
  /** Why there is no envelope. */
  fault: Error | undefined;
  /** The service's own code, as it was sent. */
  serviceCode: number | string | undefined;
  /** The document's name for that code; undefined if it has none. */
  meaning: string | undefined;
  serviceMessage: string | undefined;
  /** The task that the response names. */
  taskid: string | undefined;
}

/**
 * Validates a response: HTTP status, then the service's code, then the schema.
 *
 * @returns The response's `data`.
 * @throws {TensorsLabError} The response is a refusal, or is not what the document says.
 */
export function parseResponse<Name extends OperationName>(
  received: ReceivedResponse,
  context: RequestContext<Name>,
): ResponseData<Name> {
  const parsed = parseEnvelope(received, context.redact);
  const { status, envelope, fault, meaning, serviceCode } = parsed;
  const isOk = status >= 200 && status <= 299;
  const isStatedRefusal = meaning !== undefined && meaning !== "success";

  if (received.proxyOutcome !== undefined && !isOk) throw proxyFailure(parsed, context);

  // There is a task, so it is paid for, whatever else is wrong with the response.
  if (context.taskid === undefined && parsed.taskid !== undefined && !isStatedRefusal && !(isOk && meaning)) {
    throw unexpected(
      parsed,
      context,
      `HTTP ${status}, code ${serviceCode ?? "missing"}, but there is a task`,
    );
  }
  const refusal = isOk && meaning === "success" ? undefined : refusalOf(parsed, context, isStatedRefusal);
  if (refusal) throw refusal;
  if (!isOk) throw unexpected(parsed, context, `HTTP ${status}`);
  if (fault) throw unexpected(parsed, context, "the response is not JSON", fault);
  const check = responses[context.operation];
  if (check && !check(envelope)) {
    const [first] = check.errors ?? [];
    const place = first?.field === undefined ? first?.path : `${first.path}/${first.field}`;
    const details = [place, first?.message].filter(Boolean).join(" ");
    throw unexpected(parsed, context, `response does not match the OpenAPI schema: ${details}`);
  }
  if (context.taskid !== undefined && parsed.taskid !== context.taskid) {
    throw unexpected(parsed, context, "the response names another task");
  }
  // A number that JavaScript cannot hold exactly would name another task.
  if (context.taskid === undefined && parsed.taskid === undefined) {
    throw unexpected(parsed, context, "the response has no usable task id");
  }
  const data = (envelope as Record<string, unknown>)[fields.data] as ResponseData<Name>;
  if (urlsOf(fieldOf(data, fields.url)).some((url) => context.redact(url) !== url)) {
    throw unexpected(parsed, context, "the response has a URL with the API key in it");
  }
  return data;
}

/** The error for a request that a proxy refused or could not forward, which says nothing of the service or the key. */
function proxyFailure(parsed: ParsedResponse, { operation }: RequestContext): TensorsLabError {
  const { status, proxyOutcome, serviceMessage, retryAfterMs } = parsed;
  const said = serviceMessage ? `: ${serviceMessage}` : "";
  const message = `${operation}: the proxy responded with HTTP ${status}${said}`;
  const outcome = proxyOutcome === "not-sent" || proxyOutcome === "rejected" ? proxyOutcome : "unknown";
  const details = { outcome, httpStatus: status, serviceMessage, retryAfterMs } as const;
  if (outcome !== "rejected") return new ConnectionError(message, details);
  if (status === 401 || status === 403) return new AuthenticationError(message, details);
  return status === 429 ? new RateLimitError(message, details) : new ServiceError(message, details);
}

/** Reads the data of a status response. */
export function toTask(raw: ResponseData<StatusOperation>): Task {
  const status = String(fieldOf(raw, fields.status));
  return {
    taskid: String(fieldOf(raw, fields.taskid)),
    status: Object.hasOwn(enums.status, status)
      ? (enums.status as Record<string, TaskStatus>)[status]!
      : "unknown",
    urls: urlsOf(fieldOf(raw, fields.url)),
    requested: undefined,
    width: numberOf(fieldOf(raw, fields.width)),
    height: numberOf(fieldOf(raw, fields.height)),
    raw,
  };
}

/** Reads the data of a submit's response. */
export function toSubmission(raw: ResponseData<SubmitOperation>, requested: number): Submission {
  return {
    taskid: String(fieldOf(raw, fields.taskid)),
    urls: urlsOf(fieldOf(raw, fields.url)),
    requested,
    raw,
  };
}

/** A field by its wire name; the document may have come to leave it out. */
const fieldOf = (data: unknown, name: string): unknown => (data as Record<string, unknown>)[name];

const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** The service sends one URL, or a list of them. */
function urlsOf(given: unknown): string[] {
  return [given ?? []].flat().filter((url) => typeof url === "string" && url !== "") as string[];
}

/** The error for an response that refuses; undefined if it does not. */
function refusalOf(
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
function unexpected(
  parsed: ParsedResponse,
  context: RequestContext,
  reason: string,
  cause?: Error,
): TensorsLabError {
  const text = typeof parsed.body === "string" ? parsed.body : (JSON.stringify(parsed.body) ?? "");
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

/** Parses the body, without nulls and without the key, and reads the parts that every response of the service has. */
function parseEnvelope(received: ReceivedResponse, redact: Redact): ParsedResponse {
  const { value, fault } = parseJson(received.body, redact);
  const envelope = isObject(value) ? value : {};
  const stated = envelope[fields.code];
  const serviceCode = typeof stated === "number" || typeof stated === "string" ? stated : undefined;
  const message = envelope[fields.message];
  const data = envelope[fields.data];
  const taskid = isObject(data) ? data[fields.taskid] : undefined;
  // An id with the key in it, or with what a terminal obeys, would be in messages, records and names of files.
  const isText = typeof taskid === "string" && isPlainText(taskid) && redact(taskid) === taskid;
  const isTaskId = isText || Number.isSafeInteger(taskid);
  return {
    envelope: value,
    fault,
    serviceCode,
    meaning: Object.hasOwn(enums.code, String(serviceCode))
      ? (enums.code as Record<string, string>)[String(serviceCode)]
      : undefined,
    serviceMessage: typeof message === "string" && message ? message.slice(0, 500) : undefined,
    taskid: isTaskId ? String(taskid) : undefined,
    ...received, // last: names that come after a spread are slow
  };
}

function parseJson(body: unknown, redact: Redact): { value: unknown; fault: Error | undefined } {
  try {
    const value: unknown = typeof body === "string" ? JSON.parse(body) : body;
    return { value: isTidy(body, redact) ? value : tidy(value, redact), fault: undefined };
  } catch {
    // The engine's own message quotes the text. Endless nesting fails as well.
    const fault = new Error("The body is not JSON, or only the beginning of it");
    fault.name = "SyntaxError";
    return { value: undefined, fault };
  }
}

/** The names in the document, and the fields whose text must stay as it was sent: with a key in it, it is refused. */
const known: readonly string[] = /* @__PURE__ */ Object.values(fields);

/** Whether a text has nothing to remove, as most have: no null, no key, and no escapes that a key could be written in. */
function isTidy(body: unknown, redact: Redact): boolean {
  return typeof body === "string" && !/null|\\/.test(body) && redact(body) === body;
}

/** A copy without nulls, which some services send for a missing value, and without the key, which some services echo. */
function tidy(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.filter((item) => item !== null).map((item) => tidy(item, redact));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  const tidied = kept.map(([name, item]) => [
    known.includes(name) ? name : redact(name),
    tidy(item, name === fields.taskid || name === fields.url ? (text) => text : redact),
  ]);
  return Object.fromEntries(tidied);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
