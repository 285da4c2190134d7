import { fields } from "../generated/operations.js";
import { answers } from "../generated/validators.js";
// What an answer holds is one matter, what it means another.
import { takeApart } from "./envelope.js";
import type { Answer, Parts } from "./envelope.js";
import {
  AuthenticationError,
  InsufficientCreditsError,
  OutcomeUnknownError,
  RateLimitError,
  ServiceError,
  UnexpectedAnswerError,
} from "./errors.js";
import type { ErrorDetails, TensorsLabError } from "./errors.js";
import type { Redact } from "./redact.js";

/** What an answer is about: a submit, or a read of a known task. */
export interface Subject {
  operation: string;
  /** The task that is read; undefined for a submit. */
  taskid: string | undefined;
  redact: Redact;
}

type Data = Record<string, unknown>;

/** Judges an answer: HTTP status, then the service's code, then the schema. Gives its data, or throws a typed error. */
export function judgeAnswer(answer: Answer, subject: Subject): Data {
  const parts = takeApart(answer, subject.redact);
  const { status, envelope, fault, meaning, serviceCode } = parts;
  const isOk = status >= 200 && status <= 299;
  const isStatedRefusal = meaning !== undefined && meaning !== "success";

  // There is a task, so it is paid for, whatever else is wrong with the answer.
  if (subject.taskid === undefined && parts.taskid !== undefined && !isStatedRefusal && !(isOk && meaning)) {
    throw unexpected(parts, subject, `HTTP ${status}, code ${serviceCode ?? "missing"}, but there is a task`);
  }
  const refusal = isOk && meaning === "success" ? undefined : refusalOf(parts, subject, isStatedRefusal);
  if (refusal) throw refusal;
  if (!isOk) throw unexpected(parts, subject, `HTTP ${status}`);
  if (fault) throw unexpected(parts, subject, "the answer is not JSON", fault);
  const check = answers[subject.operation];
  if (check && !check(envelope)) {
    const [first] = check.errors ?? [];
    const place = first?.field === undefined ? first?.path : `${first.path}/${first.field}`;
    const fault = [place, first?.message].filter(Boolean).join(" ");
    throw unexpected(parts, subject, `the answer breaks the document: ${fault}`);
  }
  // A number that JavaScript cannot hold exactly would name another task.
  if (subject.taskid === undefined && parts.taskid === undefined) {
    throw unexpected(parts, subject, "the answer names no task that can be told");
  }
  return (envelope as Data)[fields.data] as Data;
}

/** The error for an answer that refuses; undefined if it does not. */
function refusalOf(parts: Parts, subject: Subject, isStated: boolean): TensorsLabError | undefined {
  const { status, meaning, serviceCode, serviceMessage, retryAfterMs } = parts;
  const { operation } = subject;
  const said = serviceMessage ? `: ${serviceMessage}` : "";
  const details = {
    ...whatBecame(subject, "rejected"),
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

/** The error for an answer that says neither yes nor no: a submit's outcome is unknown, unless there is a task. */
function unexpected(parts: Parts, subject: Subject, reason: string, cause?: Error): TensorsLabError {
  const text = typeof parts.body === "string" ? parts.body : (JSON.stringify(parts.body) ?? "");
  const taskid = subject.taskid ?? parts.taskid;
  const details: ErrorDetails = {
    ...whatBecame({ taskid }, "unknown"),
    httpStatus: parts.status,
    serviceCode: parts.serviceCode,
    serviceMessage: parts.serviceMessage,
    excerpt: subject.redact(text).slice(0, 200),
    retryAfterMs: parts.retryAfterMs,
    cause,
  };
  const message = `${subject.operation}: ${subject.redact(reason)}`;
  if (taskid !== undefined) return new UnexpectedAnswerError(message, details);
  return new OutcomeUnknownError(`${message}; the request may have been paid for`, details);
}

/** A known task was accepted, whatever became of a later read of it. */
function whatBecame({ taskid }: { taskid: string | undefined }, ofSubmit: "rejected" | "unknown") {
  return taskid === undefined ? { outcome: ofSubmit } : { outcome: "accepted" as const, taskid };
}
