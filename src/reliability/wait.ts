import { fields } from "../../generated/operations.js";
import { DeadlineReached, sleep } from "./abort.js";
import { checkCallOptions } from "../options.js";
import type { WaitOptions } from "../options.js";
import { CallbackError, TaskFailedError, WaitTimeoutError } from "../errors.js";
import type { Task } from "../types.js";
// A wait outlives the failures that a single read retries, so it needs the same judgement of them.
import { isTransient, retryDelayMs } from "./retry.js";

/** Reads a task once, until `performance.now()` is `deadline`; throws a DeadlineReached then. */
export type ReadTask = (taskid: string, deadline: number, signal: AbortSignal | undefined) => Promise<Task>;

/** A task that is followed. */
interface Follow {
  readonly taskid: string;
  readonly options: WaitOptions;
  readonly read: ReadTask;
  readonly deadline: number;
  intervalMs: number;
  /** How long to wait before the next read. */
  delayMs: number;
  /** How many reads have failed since the last that did not. */
  failures: number;
  /** Why the last of them failed. */
  cause: unknown;
  /** The task as it was last read. */
  last: Task | undefined;
}

const defaultTimeoutMs = 600_000;
const longestIntervalMs = 15_000;

/** Begins to follow a task: its first read is made at once, and its deadline runs from now. */
export function follow(taskid: string, read: ReadTask, options: WaitOptions): Follow {
  const { timeoutMs = defaultTimeoutMs, pollIntervalMs = 2000 } = options;
  // Monotonic: the wall clock may jump.
  const deadline = Math.ceil(performance.now() + timeoutMs);
  return {
    taskid,
    options,
    read,
    deadline,
    intervalMs: pollIntervalMs,
    delayMs: 0,
    failures: 0,
    cause: undefined,
    last: undefined,
  };
}

/**
 * Reads a task again and again until it has a status that it had not at the last read and that is `enough`.
 *
 * Failures that may pass are waited out. There may be thousands of these, so nothing is kept that is not needed.
 */
async function readUntil(at: Follow, enough: (task: Task) => boolean | Promise<boolean>): Promise<Task> {
  checkCallOptions(at.options, at.taskid);
  const { signal } = at.options;
  for (;;) {
    const leftMs = Math.max(0, at.deadline - performance.now());
    if (at.delayMs > 0) await sleep(Math.min(at.delayMs, leftMs), signal);
    if (at.delayMs >= leftMs) throw timedOut(at);
    let task: Task | undefined;
    try {
      task = await at.read(at.taskid, at.deadline, signal);
    } catch (error) {
      signal?.throwIfAborted();
      noteFailure(at, error);
    }
    if (task && noteChange(at, task) && (await enough(task))) return task;
  }
}

/** Keeps what was read; says whether its status is another one. */
function noteChange(at: Follow, task: Task): boolean {
  const hasChanged = task.status !== at.last?.status;
  at.delayMs = jitter(at.intervalMs);
  at.intervalMs = Math.min(at.intervalMs * 1.5, longestIntervalMs);
  at.failures = 0;
  at.cause = undefined;
  at.last = task;
  return hasChanged;
}

/** Lets a failure pass that may; throws what will not. */
function noteFailure(at: Follow, error: unknown): void {
  if (error instanceof DeadlineReached) throw timedOut(at);
  if (!isTransient(error)) throw error;
  at.delayMs = Math.max(jitter(at.intervalMs), retryDelayMs(error, at.failures++));
  at.cause = error;
}

const jitter = (intervalMs: number): number => Math.round(intervalMs * (0.75 + Math.random() / 2));

/** Yields a task whenever its status has changed, until it is completed or failed. */
export async function* watchTask(at: Follow): AsyncGenerator<Task, void, undefined> {
  for (;;) {
    const task = await readUntil(at, () => true);
    yield task;
    if (task.status === "completed" || task.status === "failed") return;
  }
}

/** Follows a task to its end: gives it if it is completed, throws TaskFailedError if it failed. */
export function waitForTask(at: Follow): Promise<Task> {
  const { onStatus } = at.options;
  if (!onStatus) return readUntil(at, isCompleted);
  return readUntil(at, async (task) => {
    await callBack("onStatus", task.taskid, () => onStatus(task));
    return isCompleted(task);
  });
}

function isCompleted(task: Task): boolean {
  if (task.status !== "failed") return task.status === "completed";
  const { taskid } = task;
  const serviceMessage = fields.errorMessage in task.raw ? task.raw[fields.errorMessage] : undefined;
  const said = serviceMessage ? `: ${serviceMessage}` : "";
  throw new TaskFailedError(`Task ${taskid} failed${said}`, { taskid, task, serviceMessage });
}

function timedOut({ taskid, options, last: task, cause }: Follow): WaitTimeoutError {
  const { timeoutMs = defaultTimeoutMs } = options;
  const state = task?.status ?? "never read";
  const message = `Task ${taskid} was not finished after ${timeoutMs} ms (${state}); the task is still running`;
  return new WaitTimeoutError(message, { taskid, task, cause });
}

/** Calls the caller's function; if it throws, the error still names the task. */
export async function callBack(
  name: string,
  taskid: string,
  call: () => void | Promise<void>,
): Promise<void> {
  try {
    await call();
  } catch (cause) {
    throw new CallbackError(`\`${name}\` threw; task ${taskid} is still running`, { taskid, cause });
  }
}
