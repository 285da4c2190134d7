import { isTensorsLabError } from "../index.js";
import type { GenerationRecord, TensorsLabError } from "../index.js";
import { StoreFailure } from "./guarded-records.js";

/** The action that a failure requires. */
export type Decision =
  /** The job is tried again later, without using up one of its attempts; `forAll`, no worker takes a job until then. */
  | { action: "delay"; afterMs: number; forAll: boolean }
  /** Every job would fail for the same reason, so the queue is paused. */
  | { action: "pause" }
  /** The job failed for good. */
  | { action: "fail"; message: string }
  /** The job failed; BullMQ tries it again as often as its `attempts` say. */
  | { action: "throw" };

/** The delay if no other is given: after a failed connection, or for a busy service or database. */
const usualDelayMs = 10_000;
const longestDelayMs = 60 * 60 * 1000;

/** Decides what a failure of one step means for the job, the queue and all other workers. */
export function decide(
  error: unknown,
  key: string,
  before: GenerationRecord | undefined,
  after: GenerationRecord | undefined,
): Decision {
  const delay = (afterMs = usualDelayMs, forAll = false): Decision => ({
    action: "delay",
    afterMs: Math.min(longestDelayMs, Math.max(1000, afterMs)),
    forAll,
  });
  if (error instanceof StoreFailure) return delay();
  if (!isTensorsLabError(error)) return { action: "throw" };
  const { code, outcome, message, taskid, retryAfterMs, httpStatus = 0 } = error;
  switch (code) {
    case "RATE_LIMIT":
      return delay(retryAfterMs, true);
    case "RECORD_BUSY":
      return delay(retryAfterMs);
    case "CONNECTION":
    case "WAIT_TIMEOUT":
      return delay();
    case "AUTHENTICATION":
    case "CONFIGURATION":
    case "IMAGE_LIMIT":
    case "INSUFFICIENT_CREDITS":
      return { action: "pause" };
    case "INVALID_INPUT":
    case "RECORD_CONFLICT":
      return { action: "fail", message };
    case "RECORD": {
      const rescue =
        taskid === undefined ? "" : `. It is paid for: get its images with client.wait("${taskid}")`;
      return { action: "fail", message: `${message}${rescue}` };
    }
    case "TASK_FAILED":
      return { action: "fail", message: explainFailedTask(message, after) };
    default:
      if (outcome === "unknown") return { action: "fail", message: explainUnknown(error, key, after) };
      if (outcome !== "accepted") return { action: "throw" };
      // A submit with a strange response, but a task: the next step reads it. Or a read that a gateway gave up.
      return before?.taskid !== taskid || httpStatus === 408 || httpStatus >= 500
        ? delay()
        : { action: "throw" };
  }
}

function explainUnknown(
  { message }: TensorsLabError,
  key: string,
  record: GenerationRecord | undefined,
): string {
  const at = record ? ` at ${record.updatedAt}` : "";
  const known = message.startsWith("The outcome of the submit of") ? "" : ` (${message})`;
  return (
    `The outcome of the submit of ${JSON.stringify(key)}${at} is unknown: it may have been paid for${known}. ` +
    `Look in your account for a charge at that time. If there is none, ${howToResubmit(record)}`
  );
}

/** Explains why a task failed, and how it can be submitted again. */
export function explainFailedTask(message: string, record: GenerationRecord | undefined): string {
  return `${message}. A new submit is a new payment; for one, ${howToResubmit(record)}`;
}

const howToResubmit = (record: GenerationRecord | undefined): string =>
  `submit it again with job.updateData({ ...job.data, resubmitAttempt: ${record?.attempt ?? 1} }) and job.retry()`;
