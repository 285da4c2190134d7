import { fields } from "../../generated/operations.js";
import { advanceGeneration, readRecord, resumeGeneration } from "../index.js";
import type { Advance, GenerationRecord, Task } from "../index.js";
import { decide, explainFailedTask } from "./failure.js";
import type { Decision } from "./failure.js";
import { guardRecords, isPaidMaybe } from "./guarded-records.js";
import { readJob } from "./job.js";
import { checkOptions } from "./options.js";
import type { ImageProgress, ProcessorOptions, QueueJob } from "./options.js";
import { createPace } from "./pace.js";
import type { Pace } from "./pace.js";
import { giveBack, letAllWait, pause, putFirst, report } from "./queue.js";
import { openSharedFiles } from "./shared-files.js";

/** The function that a `Worker` of BullMQ calls with each job; in a sandbox, the default export of the processor's file. */
export type ImageProcessor<Result> = (job: QueueJob, token?: string, signal?: AbortSignal) => Promise<Result>;

/**
 * Creates the processor of a BullMQ `Worker` that pays for each key once, however often workers crash.
 *
 * It takes one step at a time: it submits, or reads the task once, and gives the job back until the next step, so that a
 * worker is never occupied by waiting.
 *
 * - HTTP 429 and failed connections delay the job without using up an attempt; after a 429, all workers wait, and this
 *   process submits more slowly.
 * - A refused key, used-up credits or a client without a key pause the queue.
 * - An unknown outcome fails the job for good, with an error that says what to do.
 * - A submit under way is not aborted by a signal: its outcome would be unknown.
 *
 * @throws {ConfigurationError} An option is invalid.
 * @example
 * import { Queue, Worker } from "bullmq";
 * import { createProcessor, createRedisStore } from "tensorslab-images/bullmq";
 * import { saveImages } from "tensorslab-images/node";
 *
 * const queue = new Queue("images", { connection });
 * const onCompleted = (task) => saveImages(task, "images", { client });
 * const processor = createProcessor({ client, records: createRedisStore(connection), queue, onCompleted });
 * new Worker("images", processor, { connection, concurrency: 20, maxStalledCount: 100 });
 */
export function createProcessor<Result>(options: ProcessorOptions<Result>): ImageProcessor<Result> {
  const settings = checkOptions(options);
  const pace = createPace();
  // BullMQ passes a signal to functions of three parameters.
  return async (job, token, signal) => {
    const step = await takeStep(job, settings, pace, signal);
    const comeBack = async (afterMs: number, progress: ImageProgress): Promise<never> => {
      await report(job, progress);
      await giveBack(job, afterMs, token);
      throw await createError("DelayedError");
    };
    const { error, decision, advance, beganAtMs = 0 } = step;
    if (decision?.action === "throw") throw error;
    if (decision?.action === "fail") throw await createError("UnrecoverableError", decision.message, error);
    if (decision) {
      const reason = error instanceof Error ? error.message : String(error);
      if (decision.action === "delay") {
        if (decision.forAll) {
          pace.refused(beganAtMs, decision.afterMs);
          await letAllWait(settings.queue, decision.afterMs);
        }
        return comeBack(decision.afterMs, { state: "delayed", reason });
      }
      await pause(settings.queue);
      await tell(settings, error as Error);
      return comeBack(1000, { state: "paused", reason });
    }
    const { record, task, comeBackAfterMs } = advance;
    const taskid = record.taskid!;
    if (comeBackAfterMs !== undefined || !task) {
      await putFirst(settings.queue, job);
      // A task that takes long is read less often, but not by an age that another worker's clock makes of it.
      const ageMs = Date.now() - Date.parse(record.updatedAt);
      const patienceMs = Math.min(longestPatienceMs, ageMs / 20);
      return comeBack(Math.max(comeBackAfterMs ?? 0, patienceMs), { state: "accepted", taskid });
    }
    if (task.status === "failed") {
      throw await createError("UnrecoverableError", explainFailedTask(failureOf(task), record));
    }
    const images = { requested: record.images, received: task.urls.length };
    await report(job, { state: "completed", taskid, images });
    return settings.onCompleted(task, job, signal);
  };
}

/** The longest time between two reads of a task, unless the service asks for more. */
const longestPatienceMs = 60_000;

type Step =
  | { advance: Advance; decision?: undefined; error?: undefined; beganAtMs?: undefined }
  | { decision: Decision; error: unknown; beganAtMs?: number; advance?: undefined };

/** Submits, or reads the task once; or says what to do about the failure. */
async function takeStep<Result>(
  job: QueueJob,
  { client, records, sharedFolder }: ProcessorOptions<Result>,
  pace: Pace,
  signal: AbortSignal | undefined,
): Promise<Step> {
  signal?.throwIfAborted();
  const data = readJobOrFail(job, sharedFolder);
  if ("decision" in data) return data;
  const { model, idempotencyKey, resubmitAttempt } = data;
  const guarded = guardRecords(records, resubmitAttempt);
  const access = { records: guarded, idempotencyKey };
  let before: GenerationRecord | undefined;
  let beganAtMs = performance.now();
  try {
    before = await readRecord(guarded, idempotencyKey);
    const mayResubmit = before !== undefined && before.attempt === resubmitAttempt && isPaidMaybe(before);
    const hasTask = before?.taskid !== undefined && !mayResubmit;
    const input = await openSharedFiles(data, sharedFolder).catch((error: unknown) => {
      if (hasTask) return undefined; // the file has been sent, and was removed since
      throw error;
    });
    const options = { ...access, resubmitUnknown: mayResubmit, resubmitFailed: mayResubmit };
    if (input === undefined) return { advance: await resume() };
    if (hasTask) return { advance: await advanceGeneration(client, model, input, { ...options, signal }) };
    const afterMs = await pace.turn();
    if (afterMs !== undefined) {
      const error = new Error("It waits for its turn: the service limits how fast it takes submits");
      return { decision: { action: "delay", afterMs, forAll: false }, error };
    }
    signal?.throwIfAborted();
    beganAtMs = performance.now();
    const advance = await advanceGeneration(client, model, input, options);
    pace.accepted();
    return { advance };
  } catch (error) {
    const after = await readRecord(guarded, idempotencyKey).catch(() => before);
    return { decision: decide(error, idempotencyKey, before, after), error, beganAtMs };
  }

  /** Without the input, a task can only be waited for. */
  async function resume(): Promise<Advance> {
    const task = await resumeGeneration(client, { ...access, signal, timeoutMs: 5000 });
    return { record: before!, task, comeBackAfterMs: undefined };
  }
}

/** Reads a job. Invalid data would fail in every worker, so the job fails for good; the queue continues. */
function readJobOrFail(job: QueueJob, sharedFolder: string | undefined) {
  try {
    return readJob(job.data, sharedFolder);
  } catch (error) {
    return { decision: { action: "fail", message: (error as Error).message }, error } satisfies Step;
  }
}

async function tell<Result>({ onPaused }: ProcessorOptions<Result>, error: Error): Promise<void> {
  try {
    await onPaused?.(error);
  } catch {
    // The queue is paused and the job is safe, even if the callback fails.
  }
}

/** The service's message, without characters that a terminal or a dashboard would interpret. */
function failureOf({ taskid, raw }: Task): string {
  const said = (raw as Record<string, unknown>)[fields.errorMessage];
  const text =
    typeof said === "string" ? `: ${said.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " ").slice(0, 500)}` : "";
  return `Task ${taskid} failed${text}`;
}

/** Loads BullMQ only here, because the stores work without it. */
async function createError(
  name: "DelayedError" | "UnrecoverableError",
  message?: string,
  cause?: unknown,
): Promise<Error> {
  const errors = await import("bullmq");
  return Object.assign(new errors[name](message), cause === undefined ? {} : { cause });
}
