import type { Client } from "../client.js";
import { CallbackError, nameTask, TaskFailedError, TensorsLabError } from "../errors.js";
import { sleep } from "../reliability/abort.js";
import { checkImages } from "../reliability/wait.js";
import type { Model, ModelInput, Submission, Task } from "../types.js";
import { RecordBusyError, RecordError } from "./errors.js";
import { checkRecordOptions } from "./options.js";
import type { AdvanceOptions, GenerateOnceOptions, RecordOptions, ResumeOptions } from "./options.js";
import { escapeText } from "../reliability/plain-text.js";
import { readRecord } from "./record.js";
import type { GenerationRecord } from "./record.js";
import {
  ask,
  describe,
  findRecord,
  outcomeUnknown,
  refuseUnderWay,
  store,
  submitOnce,
} from "./submit-once.js";
import type { Asked } from "./submit-once.js";

/** Interval between reads of a record while another caller is submitting. */
const busyIntervalMs = 1000;

/**
 * Generates images once for a key, also across crashes: called again with the key, it resumes and never pays twice.
 *
 * An intent is stored before anything is sent, and the task's id before the task is first read. Called again, in any
 * process, it waits for the task, or returns it; it submits again only what is certain not to be paid.
 *
 * @throws {OutcomeUnknownError} An earlier submit may have been paid for; see `resubmitUnknown`.
 * @throws {RecordBusyError} Another caller is submitting under this key; see `waitIfBusy`.
 * @throws {RecordConflictError} The key stands for another input already.
 * @throws {RecordError} The record cannot be used or written.
 * @throws {ImageLimitError} The store allows no more images.
 * @throws The errors of `client.generate`.
 * @example
 * const input = { prompt: "a red fox in fresh snow" };
 * const task = await generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "order-1234" });
 */
export async function generateOnce<M extends Model>(
  client: Client,
  model: M,
  input: ModelInput<M>,
  options: GenerateOnceOptions,
): Promise<Task> {
  checkRecordOptions(options, "generateOnce");
  const asked = await ask(client, model, input, options);
  const { record, submission } = await submitWhenFree(client, asked, options);
  if (!submission || record.state !== "completed") return waitForRecord(client, record, options);
  const task = finishedAtOnce(submission);
  try {
    await options.onStatus?.(task);
  } catch (cause) {
    const { taskid } = task;
    throw new CallbackError(`\`onStatus\` threw; task ${taskid} is completed`, { taskid, cause });
  }
  return task;
}

async function submitWhenFree(client: Client, asked: Asked, options: GenerateOnceOptions) {
  for (;;) {
    try {
      return await submitOnce(client, asked, options);
    } catch (error) {
      if (!options.waitIfBusy || !(error instanceof RecordBusyError)) throw error;
      await sleep(Math.min(error.retryAfterMs, busyIntervalMs), options.signal);
    }
  }
}

/** Where a generation stands after one step. */
export interface Advance {
  /** The record as it is stored now. */
  record: GenerationRecord;
  /** The task, if this step read it, or the submit's response had all its images. */
  task: Task | undefined;
  /** Milliseconds until the next step is worth while; undefined if the task has ended. */
  comeBackAfterMs: number | undefined;
}

/**
 * Takes one step without waiting, for queues and serverless functions: submits, or reads the task's status once.
 *
 * A task that failed is returned, with the record's state `failed`; one that is completed without an image is an error.
 *
 * @throws The errors of `generateOnce`, except those of a wait.
 * @example
 * const options = { records, idempotencyKey: "order-1234" };
 * const { record, task, comeBackAfterMs } = await advanceGeneration(client, "seedreamv5", { prompt: "a fox" }, options);
 * if (comeBackAfterMs === undefined) console.log(record.state, task?.urls);
 */
export async function advanceGeneration<M extends Model>(
  client: Client,
  model: M,
  input: ModelInput<M>,
  options: AdvanceOptions,
): Promise<Advance> {
  checkRecordOptions(options, "advanceGeneration");
  const asked = await ask(client, model, input, options);
  const { record, submission } = await submitOnce(client, asked, options);
  if (submission) {
    const task = record.state === "completed" ? finishedAtOnce(submission) : undefined;
    return { record, task, comeBackAfterMs: task ? undefined : shortestPollMs };
  }
  const task = await client.status(referenceOf(record), { signal: options.signal });
  if (task.status === "completed") checkImages(task);
  const state = task.status === "completed" || task.status === "failed" ? task.status : undefined;
  const now = state ? await settle(record, state, options) : record;
  return { record: now, task, comeBackAfterMs: state ? undefined : pollDelayMs(now) };
}

const shortestPollMs = 2000;
const longestPollMs = 15_000;

/** The longer a task takes, the less often it is worth reading. */
function pollDelayMs({ updatedAt }: GenerationRecord): number {
  const ageMs = Date.now() - Date.parse(updatedAt);
  return Math.min(longestPollMs, Math.max(shortestPollMs, Math.round(ageMs / 3)));
}

/**
 * Waits for the task of a key, without the input and without ever submitting: for what an earlier process left.
 *
 * @throws {RecordError} There is no task under this key, and nothing was paid.
 * @throws {OutcomeUnknownError} The submit may have been paid for.
 * @throws {RecordBusyError} Another caller is submitting under this key.
 * @throws The errors of `client.wait`.
 * @example
 * const task = await resumeGeneration(client, { records, idempotencyKey: "order-1234" });
 */
export async function resumeGeneration(client: Client, options: ResumeOptions): Promise<Task> {
  checkRecordOptions(options, "resumeGeneration");
  const { records, idempotencyKey } = options;
  const record = await readRecord(records, idempotencyKey);
  const name = JSON.stringify(idempotencyKey);
  if (record?.state === "intent") refuseUnderWay(record);
  if (record?.state === "unknown") throw outcomeUnknown(record);
  if (record?.taskid === undefined) {
    throw new RecordError(`${name} has no task: nothing was paid, so there is nothing to resume`);
  }
  if (record.service !== client.service) {
    throw new RecordError(
      `${name} was submitted to ${record.service}, and this client asks ${client.service}`,
      {
        outcome: "accepted",
        taskid: record.taskid,
      },
    );
  }
  return waitForRecord(client, record, options);
}

/**
 * Returns the record of an input without sending or writing anything; undefined if there is none.
 *
 * @throws {InvalidInputError} The input could not be submitted.
 * @throws {RecordConflictError} The key stands for another input already.
 * @throws {RecordError} The record cannot be used.
 * @example
 * const options = { records, idempotencyKey: "order-1234" };
 * const record = await checkGeneration(client, "seedreamv5", { prompt: "a red fox" }, options);
 * console.log(record?.state ?? "would be submitted");
 */
export async function checkGeneration<M extends Model>(
  client: Client,
  model: M,
  input: ModelInput<M>,
  options: AdvanceOptions,
): Promise<GenerationRecord | undefined> {
  checkRecordOptions(options, "checkGeneration");
  return findRecord(await ask(client, model, input, options), options);
}

/** The task of a record, with how many images were asked for: fewer are said to be fewer. */
const referenceOf = ({ taskid, images }: GenerationRecord) => ({ taskid: taskid!, requested: images });

async function waitForRecord(client: Client, record: GenerationRecord, options: ResumeOptions) {
  const { signal, timeoutMs, pollIntervalMs, onStatus } = options;
  try {
    const task = await client.wait(referenceOf(record), { signal, timeoutMs, pollIntervalMs, onStatus });
    await settle(record, "completed", options);
    return task;
  } catch (error) {
    if (error instanceof TaskFailedError) await settle(record, "failed", options, error.message);
    else if (error instanceof TensorsLabError) await note(record, error, options).catch(() => undefined);
    throw error;
  }
}

/** Stores how a task has ended; an error names the task, which is paid for whatever became of its record. */
async function settle(
  known: GenerationRecord,
  ...ending: [state: "completed" | "failed", options: RecordOptions, message?: string]
): Promise<GenerationRecord> {
  try {
    return await storeEnding(known, ...ending);
  } catch (error) {
    throw error instanceof RecordError ? nameTask(error, known.taskid!) : error;
  }
}

/** Stores how a task has ended, unless the record says so already: another caller may have waited for it too. */
async function storeEnding(
  known: GenerationRecord,
  state: "completed" | "failed",
  options: RecordOptions,
  message = "The task failed",
): Promise<GenerationRecord> {
  const record = (await readRecord(options.records, known.id)) ?? known;
  if (record.attempt !== known.attempt) return record;
  // Images that are saved are not made again, whatever the service says of their task later.
  if (record.state === state || record.state === "saved") return record;
  if (state === "failed") {
    return store(record, { state, error: { code: "TASK_FAILED", message: escapeText(message) } }, options);
  }
  return store(record, { state, completedAt: new Date().toISOString() }, options);
}

/** Keeps why a wait ended, for a list of records; the error itself is thrown, also if it cannot be stored. */
async function note(known: GenerationRecord, error: TensorsLabError, options: RecordOptions): Promise<void> {
  const record = await readRecord(options.records, known.id);
  if (record?.attempt !== known.attempt || record.state !== "accepted") return;
  await store(record, { error: describe(error) }, options);
}

const finishedAtOnce = (submission: Submission): Task => ({
  ...submission,
  status: "completed",
  width: undefined,
  height: undefined,
});
