import { fields } from "../../generated/operations.js";
import {
  CallbackError,
  ServiceError,
  TaskFailedError,
  UnexpectedResponseError,
  WaitTimeoutError,
} from "../errors.js";
import { checkCallOptions } from "../options.js";
import type { WaitOptions } from "../options.js";
import type { Task } from "../types.js";
import { DeadlineReached, sleep, throwIfAborted, withDeadline } from "./abort.js";
// A wait outlives the failures that a single read retries, so it needs the same rule for them.
import { isTransient, retryDelayMs } from "./retry.js";

/** Reads a task once, until `performance.now()` is `deadline`; throws a DeadlineReached then. */
export type ReadTask = (taskid: string, deadline: number, signal: AbortSignal | undefined) => Promise<Task>;

/** A task that is watched, and how far that is. */
export interface Watched {
  readonly taskid: string;
  readonly requested: number | undefined;
  readonly options: WaitOptions;
  readonly read: ReadTask;
  readonly deadline: number;
  /** Until then a task that the service does not know yet is one that it will know. */
  readonly unknownUntil: number;
  intervalMs: number;
  /** Milliseconds until the next read. */
  delayMs: number;
  /** Number of reads that have failed since the last that did not. */
  failures: number;
  /** Why the last of them failed. */
  cause: unknown;
  /** The task as it was last read. */
  last: Task | undefined;
}

export const defaultWaitTimeoutMs = 600_000;
const longestIntervalMs = 15_000;

/** A service of several machines may not know a task everywhere at once. */
const longestUnknownMs = 30_000;

/** Starts to watch a task: its first read is made at once, and its deadline runs from now. */
export function startWatching(
  { taskid, requested, isNew = false }: { taskid: string; requested?: number | undefined; isNew?: boolean },
  read: ReadTask,
  options: WaitOptions,
): Watched {
  const { timeoutMs = defaultWaitTimeoutMs, pollIntervalMs = 2000 } = options;
  const now = performance.now(); // monotonic: the wall clock may jump
  return {
    taskid,
    requested,
    options,
    read,
    deadline: Math.ceil(now + timeoutMs),
    unknownUntil: isNew ? now + longestUnknownMs : 0,
    intervalMs: pollIntervalMs,
    delayMs: 0,
    failures: 0,
    cause: undefined,
    last: undefined,
  };
}

/**
 * Reads a task again and again until its status has changed since the last read and is `enough`.
 *
 * Temporary failures are waited out. There may be thousands of these, so nothing is kept that is not needed.
 */
async function readUntil(
  watched: Watched,
  enough: (task: Task) => boolean | Promise<boolean>,
): Promise<Task> {
  checkCallOptions(watched.options, watched.taskid);
  const { signal } = watched.options;
  for (;;) {
    const leftMs = Math.max(0, watched.deadline - performance.now());
    if (watched.delayMs > 0) await sleep(Math.min(watched.delayMs, leftMs), signal);
    if (watched.delayMs >= leftMs) throw timedOut(watched);
    let task: Task | undefined;
    try {
      task = await watched.read(watched.taskid, watched.deadline, signal);
    } catch (error) {
      throwIfAborted(signal);
      noteFailure(watched, error);
    }
    if (!task) continue;
    task.requested = watched.requested;
    if (noteChange(watched, task) && (await enough(task))) return task;
  }
}

/** Keeps what was read; says whether its status is another one. */
function noteChange(watched: Watched, task: Task): boolean {
  const hasChanged = task.status !== watched.last?.status;
  watched.delayMs = jitter(watched.intervalMs);
  watched.intervalMs = Math.min(watched.intervalMs * 1.5, longestIntervalMs);
  watched.failures = 0;
  watched.cause = undefined;
  watched.last = task;
  return hasChanged;
}

/** Lets a temporary failure pass; throws any other. */
function noteFailure(watched: Watched, error: unknown): void {
  if (error instanceof DeadlineReached) throw timedOut(watched);
  const isNotKnownYet =
    error instanceof ServiceError && watched.last === undefined && performance.now() < watched.unknownUntil;
  if (!isTransient(error) && !isNotKnownYet) throw error;
  watched.delayMs = Math.max(jitter(watched.intervalMs), retryDelayMs(error, watched.failures++));
  watched.cause = error;
}

const jitter = (intervalMs: number): number => Math.round(intervalMs * (0.75 + Math.random() / 2));

/** Yields a task whenever its status has changed, until it is completed or failed. */
export async function* watchTask(watched: Watched): AsyncGenerator<Task, void, undefined> {
  for (;;) {
    const task = await readUntil(watched, () => true);
    if (task.status === "completed") checkImages(task);
    yield task;
    if (task.status === "completed" || task.status === "failed") return;
  }
}

/** Waits for the end of a task: returns it if it is completed, throws TaskFailedError if it failed. */
export function waitForTask(watched: Watched): Promise<Task> {
  const { onStatus } = watched.options;
  if (!onStatus) return readUntil(watched, isCompleted);
  return readUntil(watched, async (task) => {
    await callBack("onStatus", watched, () => onStatus(task));
    return isCompleted(task);
  });
}

function isCompleted(task: Task): boolean {
  if (task.status === "completed") checkImages(task);
  if (task.status !== "failed") return task.status === "completed";
  const { taskid } = task;
  const stated = (task.raw as Record<string, unknown>)[fields.errorMessage];
  const serviceMessage = typeof stated === "string" ? stated : undefined;
  const said = serviceMessage ? `: ${serviceMessage}` : "";
  throw new TaskFailedError(`The task failed${said}`, { taskid, task, serviceMessage });
}

/** A completed task without any image is not a success. */
export function checkImages({ taskid, urls }: Task): void {
  if (urls.length > 0) return;
  const message = "The task is completed, but the response has no image; it may have been paid for";
  throw new UnexpectedResponseError(message, { outcome: "accepted", taskid });
}

function timedOut({ taskid, options, last: task, cause }: Watched): WaitTimeoutError {
  const { timeoutMs = defaultWaitTimeoutMs } = options;
  const state = task?.status ?? "never read";
  const message = `Not finished after ${timeoutMs} ms (${state}); the task is still running`;
  return new WaitTimeoutError(message, { taskid, task, cause });
}

/**
 * Calls the caller's function and waits for it, though not beyond an abort or the deadline.
 *
 * @throws {CallbackError} It threw; the error names the task.
 */
export async function callBack(
  name: string,
  watched: Watched,
  call: () => void | Promise<void>,
): Promise<void> {
  const { taskid, deadline, options } = watched;
  try {
    await withDeadline(deadline - performance.now(), options.signal, async () => call());
  } catch (cause) {
    throwIfAborted(options.signal);
    if (cause instanceof DeadlineReached) throw timedOut(watched);
    throw new CallbackError(`\`${name}\` threw; the task is still running`, { taskid, cause });
  }
}
