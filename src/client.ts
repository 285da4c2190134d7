import { fields, models, operations, statusOperation } from "../generated/operations.js";
import { createOnAbort, withDeadline } from "./abort.js";
import { createApi } from "./api.js";
import { createCall } from "./call.js";
import { checkCallOptions } from "./call-options.js";
import type { CallOptions, GenerateOptions, WaitOptions } from "./call-options.js";
import { ConfigurationError } from "./errors.js";
import { limitWork } from "./limit.js";
import type { Model, ModelInput, Submission, Task } from "./models.js";
import { resolveOptions } from "./options.js";
import type { ClientOptions } from "./options.js";
import { createRedactors } from "./redact.js";
import { isTransient, provesNothingHappened } from "./retry.js";
import type { Client } from "./surface.js";
import { callBack, follow, waitForTask, watchTask } from "./tasks.js";
import type { ReadTask } from "./tasks.js";
import { toSubmission, toTask } from "./to-task.js";

/**
 * Makes a client.
 *
 * @throws {ConfigurationError} if there is no key, or an option is bad.
 * @example
 * const client = createClient(); // the key is in TENSORSLAB_API_KEY
 */
export function createClient(options: ClientOptions = {}): Client {
  const settings = resolveOptions(options);
  const onAbort = createOnAbort();
  const redactors = createRedactors();
  const { api, send } = createApi(settings, redactors);
  const call = createCall(api, send, redactors, onAbort);

  async function submit<M extends Model>(
    model: M,
    input: ModelInput<M>,
    options: CallOptions = {},
  ): Promise<Submission> {
    checkCallOptions(options);
    if (!Object.hasOwn(models, model)) {
      const known = Object.keys(models).join(", ");
      throw new ConfigurationError(`There is no model ${String(model)}; there is ${known}`);
    }
    const data = await call(models[model], input, {
      signal: options.signal,
      timeoutMs: options.timeoutMs ?? settings.submitTimeoutMs,
      retries: settings.submitRetries,
      mayRetry: provesNothingHappened,
    });
    return toSubmission(data);
  }

  async function read(taskid: string, { signal, timeoutMs }: CallOptions, retries: number): Promise<Task> {
    const data = await call(
      statusOperation,
      { [fields.taskid]: taskid },
      { taskid, signal, timeoutMs: timeoutMs ?? settings.statusTimeoutMs, retries, mayRetry: isTransient },
    );
    return toTask(data);
  }

  async function status(taskid: string, options: CallOptions = {}): Promise<Task> {
    checkCallOptions(options, taskid);
    return read(taskid, options, settings.statusRetries);
  }

  /** A wait tries again by polling again, and only what is under way has a deadline and a signal of its own. */
  const readInTime: ReadTask = (taskid, deadline, signal) => {
    const remainingMs = deadline - performance.now();
    if (remainingMs > settings.statusTimeoutMs) return read(taskid, { signal }, 0);
    return withDeadline(remainingMs, signal, onAbort, (ending) => read(taskid, { signal: ending.signal }, 0));
  };
  const poll = limitWork(readInTime, settings.maxConcurrentPolls, onAbort);

  function watch(taskid: string, options: WaitOptions = {}): AsyncGenerator<Task, void, undefined> {
    return watchTask(follow(taskid, poll, onAbort, options));
  }

  function wait(taskid: string, options: WaitOptions = {}): Promise<Task> {
    return waitForTask(follow(taskid, poll, onAbort, options));
  }

  async function generate<M extends Model>(
    model: M,
    input: ModelInput<M>,
    { onSubmitted, ...options }: GenerateOptions = {},
  ): Promise<Task> {
    checkCallOptions({ onSubmitted, ...options }); // before anything is paid for
    const submission = await submit(model, input, { signal: options.signal });
    const { taskid } = submission;
    if (onSubmitted) await callBack("onSubmitted", taskid, () => onSubmitted(submission));
    if (submission.urls.length < imageCount(model, input)) return wait(taskid, options);
    const task: Task = { ...toTask(submission.raw), status: "completed" };
    if (options.onStatus) await callBack("onStatus", taskid, () => options.onStatus?.(task));
    return task;
  }

  return { api, submit, status, watch, wait, generate };
}

/** How many images an input asks for: what a submit answers at once may be the first of them. */
function imageCount<M extends Model>(model: M, input: ModelInput<M>): number {
  // Another document may give its forms other roles, or none.
  const { roles, defaults }: Form = operations[models[model]];
  const count = (roles?.count && (input as Record<string, unknown>)[roles.count]) ?? defaults?.count;
  return typeof count === "number" ? count : 1;
}

interface Form {
  path: string;
  roles?: Readonly<Record<string, string>>;
  defaults?: Readonly<Record<string, unknown>>;
}
