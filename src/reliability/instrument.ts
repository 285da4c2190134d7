import type { TensorsLabError } from "../errors.js";
import { isTensorsLabError } from "../errors.js";
import type { ErrorCode, Outcome } from "../errors.js";
import type { Model } from "../types.js";

/**
 * One operation of a client, as an instrumentation sees it; fields are filled in while it runs, the last when it ends.
 *
 * It never has the key, and the prompt only if `Instrumentation.includePrompt` says so.
 */
export interface InstrumentedOperation {
  /** `generate` is a whole generation; `poll` is one read of a task; `download` is one image. */
  readonly name: "generate" | "submit" | "poll" | "wait" | "download";
  /** The model of a submit or a generation. */
  readonly model?: Model | undefined;
  /** The prompt, if it was asked for. */
  readonly prompt?: string | undefined;
  /** The task, once there is one. */
  taskid?: string | undefined;
  /** Number of requests that were begun, or of attempts of a download. */
  attempts: number;
  /** HTTP status of the last response. */
  httpStatus?: number | undefined;
  /** Bytes of a request's form, or of an image. */
  bytes?: number | undefined;
  /** Images that were asked for. */
  requested?: number | undefined;
  /** Images that there are. */
  received?: number | undefined;
  /** The outcome of the submit. */
  outcome?: Outcome | undefined;
  /** The code of the error that ended it; `ABORTED` for an AbortError, `OTHER` for any other that is not ours. */
  errorCode?: ErrorCode | "ABORTED" | "OTHER" | undefined;
  /** Milliseconds that it took. */
  durationMs?: number | undefined;
}

/** Observes the operations of a client, for traces, metrics and logs. */
export interface Instrumentation {
  /**
   * Wraps an operation: it must call `run` once and return its promise. It runs within the caller's context, and what
   * `run` does runs within the context of `around`; so a span that is active here is the parent of what happens inside.
   *
   * It cannot change a result: what it throws itself is ignored, because an image may have been paid for by then.
   */
  around<T>(operation: InstrumentedOperation, run: () => Promise<T>): Promise<T>;
  /** Puts the prompt into operations. @default false */
  includePrompt?: boolean | undefined;
}

/** Runs work as an operation. */
export type Observe = <T>(
  operation: InstrumentedOperation,
  work: (operation: InstrumentedOperation) => Promise<T>,
) => Promise<T>;

/** Creates the function that runs operations; without an instrumentation it only calls the work. */
export function createObserve(instrumentation: Instrumentation | undefined): Observe {
  if (!instrumentation) return (operation, work) => work(operation);
  return (operation, work) => {
    let running: ReturnType<typeof work> | undefined;
    const run = () => (running ??= measure(operation, work));
    const observed = async () => instrumentation.around(operation, run);
    return observed().then(run, run);
  };
}

/** Runs the work and fills in how it ended, before the instrumentation hears of the end. */
async function measure<T>(
  operation: InstrumentedOperation,
  work: (operation: InstrumentedOperation) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work(operation);
  } catch (error) {
    if (isTensorsLabError(error)) noteError(operation, error);
    else operation.errorCode = (Object(error) as Error).name === "AbortError" ? "ABORTED" : "OTHER";
    throw error;
  } finally {
    operation.durationMs = performance.now() - startedAt;
  }
}

function noteError(operation: InstrumentedOperation, error: TensorsLabError): void {
  operation.errorCode = error.code;
  operation.outcome = error.outcome;
  operation.taskid ??= error.taskid;
  operation.httpStatus = error.httpStatus ?? operation.httpStatus;
}
