import { operations } from "../generated/operations.js";
import { DeadlineReached, withDeadline } from "./abort.js";
import type { OnAbort } from "./abort.js";
import { judgeAnswer } from "./answer.js";
import type { Subject } from "./answer.js";
import type { Api, Send } from "./api.js";
import { ConfigurationError, ConnectionError, OutcomeUnknownError, TensorsLabError } from "./errors.js";
import { checkInput } from "./input.js";
import { redactError } from "./redact.js";
import type { Redactors } from "./redact.js";
import { parseRetryAfter, withRetries } from "./retry.js";

export type OperationName = keyof typeof operations;

/** How an operation is carried out. */
export interface CallPolicy {
  /** The task that is read; undefined for a submit. */
  taskid?: string | undefined;
  signal: AbortSignal | undefined;
  /** Milliseconds for everything, all further tries included. */
  timeoutMs: number;
  /** How many times to try again at most, after failures that may be tried again. */
  retries: number;
  mayRetry: (error: unknown) => boolean;
}

/** Carries out one operation of the document: checked, sent, judged. Gives the data of its answer. */
export type Call = (
  name: OperationName,
  input: unknown,
  policy: CallPolicy,
) => Promise<Record<string, unknown>>;

/** The reason of a signal whose attempt is over; a constant, for an error would cost a stack trace each. */
const attemptEnded = "the attempt has ended";

/** Makes the function that carries out operations over `api`. */
export function createCall(api: Api, send: Send, redactors: Redactors, onAbort: OnAbort): Call {
  return (name, input, { taskid, signal, timeoutMs, retries, mayRetry }) => {
    const body = checkInput(name, input);
    const { method, path } = operations[name];
    const deadline = performance.now() + timeoutMs;
    const remainingMs = () => deadline - performance.now();

    async function attempt() {
      const subject: Subject = { operation: name, taskid, redact: (text) => text };
      let isSent = false;
      const request = async (ending: AbortController) => {
        subject.redact = (text) => redactors.during(ending.signal)?.(text) ?? text;
        try {
          return await api.request(method.toLowerCase() as "post", path, {
            body: body as never,
            signal: ending.signal,
            fetch(request) {
              isSent = true;
              subject.redact = redactors.of(request);
              return send(request, subject.redact);
            },
            parseAs: "text",
          });
        } finally {
          // Fetch on Node keeps all of a request for its signal's sake, until that ends or a large collection.
          ending.abort(attemptEnded);
        }
      };
      try {
        const { data, error, response } = await withDeadline(remainingMs(), signal, onAbort, request);
        const retryAfterMs = parseRetryAfter(response.headers);
        return judgeAnswer({ status: response.status, body: data ?? error ?? "", retryAfterMs }, subject);
      } catch (error) {
        // What was learnt of the submit before the abort is worth more than its reason, which may be any error.
        const isJudged = error instanceof TensorsLabError && error !== signal?.reason;
        if (signal?.aborted && !isJudged) throw signal.reason;
        throw withOutcome(toTyped(error, subject, isSent, timeoutMs), taskid);
      }
    }
    return withRetries(attempt, { signal, onAbort, remainingMs, retries, mayRetry });
  };
}

/** What ended an attempt, as an error that says whether anything was sent. */
function toTyped(error: unknown, { operation, redact }: Subject, isSent: boolean, timeoutMs: number) {
  if (error instanceof TensorsLabError) return error;
  const outcome = isSent ? "unknown" : "not-sent";
  if (error instanceof DeadlineReached) {
    const reason = isSent ? "no answer" : "nothing could be sent";
    return new ConnectionError(`${operation}: ${reason} within ${timeoutMs} ms`, { outcome, cause: error });
  }
  // All that can fail besides was added with api.use().
  const cause = redactError(error, redact);
  const message = `${operation}: a middleware failed: ${cause.message}`;
  return isSent
    ? new ConnectionError(message, { outcome, cause })
    : new ConfigurationError(`${message}; nothing was sent`, { cause });
}

/** Says what became of the submit: a task was accepted, and a submit that may have arrived is unknown. */
function withOutcome(error: TensorsLabError, taskid: string | undefined): TensorsLabError {
  if (taskid !== undefined) return Object.assign(error, { outcome: "accepted", taskid });
  if (!(error instanceof ConnectionError) || error.outcome === "not-sent") return error;
  const message = `${error.message}; the request may have arrived and been paid for`;
  return new OutcomeUnknownError(message, { cause: error.cause });
}
