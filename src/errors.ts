import type { Task } from "./types.js";

/**
 * The outcome of the submit that an error belongs to.
 *
 * - `not-sent`: nothing reached the service; nothing was paid.
 * - `rejected`: the service refused; nothing was paid.
 * - `unknown`: the request may have arrived and been paid for. Check your account before you send it again.
 * - `accepted`: there is a task, and `taskid` names it.
 */
export type Outcome = "not-sent" | "rejected" | "unknown" | "accepted";

/** A literal for each class of error, which never changes. */
export type ErrorCode =
  | "AUTHENTICATION"
  | "CALLBACK"
  | "CONFIGURATION"
  | "CONNECTION"
  | "DOWNLOAD"
  | "IMAGE_LIMIT"
  | "INSUFFICIENT_CREDITS"
  | "INVALID_INPUT"
  | "OUTCOME_UNKNOWN"
  | "RATE_LIMIT"
  | "RECORD"
  | "RECORD_BUSY"
  | "RECORD_CONFLICT"
  | "SERVICE"
  | "TASK_FAILED"
  | "UNEXPECTED_RESPONSE"
  | "WAIT_TIMEOUT";

/** The details of a failure. */
export interface ErrorDetails {
  /** The outcome of the submit. */
  outcome?: Outcome | undefined;
  /** The task, once there is one. */
  taskid?: string | undefined;
  /** The error underneath, free of the key. */
  cause?: unknown;
  /** HTTP status of the response. */
  httpStatus?: number | undefined;
  /** The service's own code for the result, as it was sent. */
  serviceCode?: number | string | undefined;
  /** The service's own words. */
  serviceMessage?: string | undefined;
  /** The beginning of a response that could not be read, at most 200 characters. */
  excerpt?: string | undefined;
  /** Milliseconds until the service wants to be asked again. */
  retryAfterMs?: number | undefined;
}

/** Marks the errors of every copy of this package: a program may load two, and each has classes of its own. */
const brand = /* @__PURE__ */ Symbol.for("tensorslab-images.error");

/**
 * The base of every error that this package throws on its own account.
 *
 * Any other error is yours: the reason of a signal that you aborted; the error of a callback is the `cause`. Where there
 * is a task, the message ends with its id, which so survives logs, queues and `structuredClone`.
 *
 * @example
 * try {
 *   await client.generate("seedreamv5", { prompt: "a red fox in fresh snow" });
 * } catch (error) {
 *   if (error instanceof TensorsLabError && error.outcome === "accepted") console.log("resume with", error.taskid);
 *   else throw error;
 * }
 */
export abstract class TensorsLabError extends Error {
  /** The name of the class, also where code is minified. */
  abstract override readonly name: string;
  /** A literal that names the kind of failure and never changes. */
  abstract readonly code: ErrorCode;
  /** The outcome of the submit; see {@link Outcome}. */
  declare readonly outcome: Outcome | undefined;
  /** The task, once there is one: resume with `client.wait(taskid)`. */
  declare readonly taskid: string | undefined;
  /** HTTP status of the response, if there was one. */
  declare readonly httpStatus: number | undefined;
  /** The service's own code for the result, as it was sent. */
  declare readonly serviceCode: number | string | undefined;
  /** The service's own words. */
  declare readonly serviceMessage: string | undefined;
  /** The beginning of a response that could not be read, at most 200 characters. */
  declare readonly excerpt: string | undefined;
  /** Milliseconds until the service wants to be asked again, if it said so. */
  declare readonly retryAfterMs: number | undefined;

  constructor(message: string, { cause, ...known }: ErrorDetails = {}) {
    super(withTask(message, known.taskid), cause === undefined ? undefined : { cause });
    Object.defineProperty(this, brand, { value: true });
    // A detail that is missing is not shown when the error is printed.
    for (const [name, value] of Object.entries(known)) {
      if (value !== undefined) Object.assign(this, { [name]: value });
    }
  }

  /** Returns name, message and every public detail for JSON: logs, queues and other threads keep nothing else. */
  toJSON(): Record<string, unknown> {
    return { message: this.message, ...(this as object) };
  }
}

/** The message ends with the task's id, which alone survives where an error is reduced to its message. */
function withTask(message: string, taskid: string | undefined): string {
  return taskid === undefined || message.endsWith(`task ${taskid}`) ? message : `${message}; task ${taskid}`;
}

/** Says of an error that it belongs to a task that was accepted. */
export function nameTask<E extends TensorsLabError>(error: E, taskid: string): E {
  const message = withTask(error.message, taskid);
  const stack = error.stack?.replace(error.message, () => message);
  Object.defineProperties(error, {
    message: { value: message, writable: true, configurable: true },
    stack: { value: stack, writable: true, configurable: true },
  });
  return Object.assign(error, { outcome: "accepted", taskid });
}

/**
 * Whether a value is an error of this package, of whichever copy of it.
 *
 * `instanceof` fails where a program has loaded the package twice, as in a bundle beside `node_modules`.
 *
 * @example
 * if (isTensorsLabError(error) && error.code === "RATE_LIMIT") console.log("try again in", error.retryAfterMs);
 */
export function isTensorsLabError(value: unknown): value is TensorsLabError {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * The client cannot work with this configuration: no key, a malformed key or base URL, an invalid option. Nothing was sent.
 *
 * @example
 * if (error instanceof ConfigurationError) console.error("check the configuration:", error.message);
 */
export class ConfigurationError extends TensorsLabError {
  override readonly name = "ConfigurationError";
  readonly code = "CONFIGURATION";

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { outcome: "not-sent", ...details });
  }
}

/** ` Did you mean ...?` if a name is close to one of the known names, else an empty text. */
export function didYouMean(name: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[-_\s]/g, "");
  const given = plain(name);
  const meant =
    known.find((other) => plain(other) === given) ??
    known.find((other) => isClose(plain(other), given, Math.min(2, other.length / 3)));
  return meant === undefined ? "" : ` Did you mean \`${meant}\`?`;
}

/** Whether a text becomes the other one if at most so many letters are added, removed or replaced. */
function isClose(one: string, other: string, edits: number): boolean {
  if (one === other) return true;
  if (edits < 1) return false;
  let same = 0;
  while (one[same] === other[same]) same++;
  const [rest, otherRest] = [one.slice(same), other.slice(same)];
  return (
    isClose(rest.slice(1), otherRest, edits - 1) ||
    isClose(rest, otherRest.slice(1), edits - 1) ||
    isClose(rest.slice(1), otherRest.slice(1), edits - 1)
  );
}

/** One fault of an input. */
export interface InputIssue {
  /** Where it is, such as `batchsize` or `sourceImage[0]`; empty for the input as a whole. */
  path: string;
  /** The fault, and what would be valid. */
  message: string;
}

/**
 * Fields do not match the document; `issues` lists every fault. Nothing was sent.
 *
 * @example
 * if (error instanceof InvalidInputError) for (const { path, message } of error.issues) console.error(path, message);
 */
export class InvalidInputError extends TensorsLabError {
  override readonly name = "InvalidInputError";
  readonly code = "INVALID_INPUT";
  /** Every fault, with its place. */
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[], details: ErrorDetails = {}) {
    const faults = issues.map(({ path, message }) => (path ? `${path} ${message}` : message));
    super(`Invalid input: ${faults.join("; ")}`, { outcome: "not-sent", ...details });
    this.issues = issues;
  }
}

/**
 * The service was not reached: name lookup, refused connection, TLS. For a read also a connection that broke, or gave no
 * response in time, after every retry.
 *
 * @example
 * if (error instanceof ConnectionError) console.error(error.outcome === "not-sent" ? "nothing was sent" : "try later");
 */
export class ConnectionError extends TensorsLabError {
  override readonly name = "ConnectionError";
  readonly code = "CONNECTION";
}

/**
 * HTTP 401 or 403: the key is wrong or may not do this.
 *
 * @example
 * if (error instanceof AuthenticationError) console.error(`a new key is needed: HTTP ${error.httpStatus}`);
 */
export class AuthenticationError extends TensorsLabError {
  override readonly name = "AuthenticationError";
  readonly code = "AUTHENTICATION";
}

/**
 * The account's credits are used up.
 *
 * @example
 * if (error instanceof InsufficientCreditsError) console.error("buy credits:", error.serviceMessage);
 */
export class InsufficientCreditsError extends TensorsLabError {
  override readonly name = "InsufficientCreditsError";
  readonly code = "INSUFFICIENT_CREDITS";
}

/**
 * HTTP 429: too many requests; `retryAfterMs` says when to come back, if the service said so.
 *
 * @example
 * if (error instanceof RateLimitError) console.error(`come back in ${(error.retryAfterMs ?? 60_000) / 1000} seconds`);
 */
export class RateLimitError extends TensorsLabError {
  override readonly name = "RateLimitError";
  readonly code = "RATE_LIMIT";
}

/**
 * Any other refusal that the service itself stated; see `serviceCode`, `serviceMessage` and `httpStatus`.
 *
 * @example
 * if (error instanceof ServiceError) console.error(error.serviceCode, error.serviceMessage);
 */
export class ServiceError extends TensorsLabError {
  override readonly name = "ServiceError";
  readonly code = "SERVICE";
}

/**
 * A submit whose bytes may have arrived, without a response that says so: deadline, reset, gateway error, unreadable
 * response, success without a task id. It may have been paid for, so it is never sent again.
 *
 * @example
 * if (error instanceof OutcomeUnknownError) console.error("check your account before you send this again");
 */
export class OutcomeUnknownError extends TensorsLabError {
  override readonly name = "OutcomeUnknownError";
  readonly code = "OUTCOME_UNKNOWN";

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { outcome: "unknown", ...details });
  }
}

/**
 * A response that does not match the document; `excerpt` shows its beginning.
 *
 * @example
 * if (error instanceof UnexpectedResponseError) console.error(error.message, error.excerpt);
 */
export class UnexpectedResponseError extends TensorsLabError {
  override readonly name = "UnexpectedResponseError";
  readonly code = "UNEXPECTED_RESPONSE";
}

/**
 * The task ended as failed; `task` is its last state.
 *
 * @example
 * if (error instanceof TaskFailedError) console.error(error.taskid, error.message);
 */
export class TaskFailedError extends TensorsLabError {
  override readonly name = "TaskFailedError";
  readonly code = "TASK_FAILED";
  /** The task as it was last read. */
  readonly task: Task;

  constructor(message: string, details: ErrorDetails & { task: Task }) {
    super(message, { outcome: "accepted", ...details });
    this.task = details.task;
  }
}

/**
 * The deadline of a wait passed; the task is still running. Call `client.wait(error.taskid)` again, now or tomorrow.
 *
 * @example
 * if (error instanceof WaitTimeoutError && error.taskid) await client.wait(error.taskid, { timeoutMs: 60_000 });
 */
export class WaitTimeoutError extends TensorsLabError {
  override readonly name = "WaitTimeoutError";
  readonly code = "WAIT_TIMEOUT";
  /** The task as it was last read; undefined if it was never read. */
  readonly task: Task | undefined;

  constructor(message: string, details: ErrorDetails & { task?: Task | undefined }) {
    super(message, { outcome: "accepted", ...details });
    this.task = details.task;
  }
}

/**
 * A function of yours threw; its error is the `cause`. The task is still running: call `client.wait(error.taskid)`.
 *
 * @example
 * if (error instanceof CallbackError && error.taskid) console.error(error.cause, await client.wait(error.taskid));
 */
export class CallbackError extends TensorsLabError {
  override readonly name = "CallbackError";
  readonly code = "CALLBACK";

  constructor(message: string, details: ErrorDetails) {
    super(message, { outcome: "accepted", ...details });
  }
}

/** One result that could not be fetched or saved. */
export interface DownloadFailure {
  /** The result's URL. */
  url: string;
  /** Position of the URL in the task, from 0. */
  index: number;
  /** Why it failed. */
  reason: string;
}

/**
 * Results could not be fetched or saved whole; `failures` names them, `saved` lists what was kept.
 *
 * @example
 * if (error instanceof DownloadError) for (const { index, reason } of error.failures) console.error(index, reason);
 */
export class DownloadError extends TensorsLabError {
  override readonly name = "DownloadError";
  readonly code = "DOWNLOAD";
  /** The results that are missing. */
  readonly failures: readonly DownloadFailure[];
  /** Paths of the results that were saved. */
  readonly saved: readonly string[];

  constructor(
    message: string,
    details: ErrorDetails & { failures?: readonly DownloadFailure[]; saved?: readonly string[] } = {},
  ) {
    super(message, { outcome: "accepted", ...details });
    this.failures = details.failures ?? [];
    this.saved = details.saved ?? [];
  }
}
