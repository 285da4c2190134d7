import { operations } from "../generated/operations.js";
import { DeadlineReached, withDeadline } from "./abort.js";
import type { OnAbort } from "./abort.js";
import { judgeAnswer } from "./answer.js";
import type { Subject } from "./answer.js";
import type { Api, Middleware } from "./api.js";
import { ConfigurationError, ConnectionError, OutcomeUnknownError, TensorsLabError } from "./errors.js";
import { checkInput } from "./input.js";
import { redactError } from "./redact.js";
import type { Redact, RedactorOf } from "./redact.js";
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

/** Makes the function that carries out operations over `api`. */
export function createCall(api: Api, redactorOf: RedactorOf, onAbort: OnAbort): Call {
  // The middleware that comes after this one may fail, and say the key, before the last step is reached. An attempt and
  // its request share nothing but their signal.
  const redactors = new WeakMap<AbortSignal, Redact>();
  api.use({
    onRequest({ request }) {
      const signal = request.signal as AbortSignal | undefined; // the raw client's requests may have none
      if (signal) redactors.set(signal, redactorOf(request));
    },
  });

  return async (name, input, { taskid, signal, timeoutMs, ...policy }) => {
    const body = checkInput(name, input);
    const { method, path } = operations[name];
    const deadline = performance.now() + timeoutMs;
    const remainingMs = () => deadline - performance.now();

    async function attempt() {
      const subject: Subject = { operation: name, taskid, redact: (text) => text };
      let isSent = false;
      const lastStep: Middleware = {
        onRequest({ request }) {
          subject.redact = redactorOf(request);
          isSent = true;
        },
      };
      try {
        return await withDeadline(remainingMs(), signal, onAbort, async (ending) => {
          subject.redact = (text) => redactors.get(ending)?.(text) ?? text;
          const { data, error, response } = await api.request(method.toLowerCase() as "post", path, {
            body: body as never,
            signal: ending,
            middleware: [lastStep],
            parseAs: "text",
          });
          const retryAfterMs = parseRetryAfter(response.headers);
          return judgeAnswer({ status: response.status, body: data ?? error ?? "", retryAfterMs }, subject);
        });
      } catch (error) {
        // What was learnt of the submit before the abort is worth more than its reason, which may be any error.
        const isJudged = error instanceof TensorsLabError && error !== signal?.reason;
        if (signal?.aborted && !isJudged) throw signal.reason;
        throw withOutcome(toTyped(error, subject, isSent, timeoutMs), taskid);
      }
    }
    return withRetries(attempt, { signal, onAbort, remainingMs, ...policy });
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
