import { TensorsLabError } from "../errors.js";
import type { ErrorDetails } from "../errors.js";

/**
 * A record cannot be used: it cannot be read or written, is damaged, or is of a newer version. Nothing was sent, unless
 * the error names a task.
 *
 * @example
 * if (error instanceof RecordError) console.error(error.message, error.taskid ?? "nothing was sent");
 */
export class RecordError extends TensorsLabError {
  override readonly name = "RecordError";
  readonly code = "RECORD";

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { outcome: "not-sent", ...details });
  }
}

/**
 * Another caller is submitting under the same key; come back after `retryAfterMs`.
 *
 * @example
 * if (error instanceof RecordBusyError) console.error(`come back in ${error.retryAfterMs} ms`);
 */
export class RecordBusyError extends TensorsLabError {
  override readonly name = "RecordBusyError";
  readonly code = "RECORD_BUSY";
  declare readonly retryAfterMs: number;

  constructor(message: string, details: ErrorDetails & { retryAfterMs: number }) {
    super(message, { outcome: "unknown", ...details });
  }
}

/** One thing that a key stood for before, and what it is to stand for now. */
export interface RecordDifference {
  /** Which part differs: a field of the input, or `service`, `model` or `inputDigest`. */
  path: string;
  /** The value in the record; undefined if there is none. */
  recorded: unknown;
  /** The value given now; undefined if there is none. */
  given: unknown;
}

/**
 * The key stands for another input, model or service already; `differences` lists them. Nothing was sent.
 *
 * @example
 * if (error instanceof RecordConflictError)
 *   for (const { path, recorded, given } of error.differences) console.error(path, recorded, given);
 */
export class RecordConflictError extends TensorsLabError {
  override readonly name = "RecordConflictError";
  readonly code = "RECORD_CONFLICT";
  /** Every difference. */
  readonly differences: readonly RecordDifference[];

  constructor(message: string, differences: readonly RecordDifference[]) {
    super(message, { outcome: "not-sent" });
    this.differences = differences;
  }
}

/**
 * The store's `maxImages` does not allow that many images more. Nothing was sent.
 *
 * @example
 * if (error instanceof ImageLimitError) console.error("that is enough for today:", error.message);
 */
export class ImageLimitError extends TensorsLabError {
  override readonly name = "ImageLimitError";
  readonly code = "IMAGE_LIMIT";
  /** Which limit of `maxImages` it is, if the store said so. */
  readonly period: "run" | "day" | undefined;

  constructor(message: string, { period }: { period?: "run" | "day" | undefined } = {}) {
    super(message, { outcome: "not-sent" });
    this.period = period;
  }
}
