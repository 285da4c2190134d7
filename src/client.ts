import { fields, models, statusOperation } from "../generated/operations.js";
import { createFacade } from "./api/create-api.js";
import type { Api } from "./api/create-api.js";
import type { ResultAccess } from "./download/index.js";
import { ConfigurationError, didYouMean } from "./errors.js";
import { checkCallOptions, resolveOptions } from "./options.js";
import type { CallOptions, ClientOptions, GenerateOptions, WaitOptions } from "./options.js";
import { withDeadline } from "./reliability/abort.js";
import { createCall } from "./reliability/call.js";
import { imageCount } from "./reliability/image-count.js";
import { limitWork } from "./reliability/poll-limit.js";
import { toSubmission, toTask } from "./reliability/response.js";
import { isSafeToResubmit, isTransient } from "./reliability/retry.js";
import { callBack, follow, waitForTask, watchTask } from "./reliability/wait.js";
import type { ReadTask } from "./reliability/wait.js";
import type { Model, ModelInput, Submission, Task } from "./types.js";

/** A client of the service; `createClient` makes one. */
export interface Client {
  /**
   * Submits, and waits until the images are finished.
   *
   * @throws The errors of `submit` and `wait`.
   * @example
   * const task = await client.generate("seedreamv5", { prompt: "a red fox in fresh snow" });
   * console.log(task.urls);
   */
  generate<M extends Model>(model: M, input: ModelInput<M>, options?: GenerateOptions): Promise<Task>;
  /**
   * Submits once and returns the task id; it is sent again only if nothing reached the service, or after HTTP 429.
   *
   * @throws {InvalidInputError} before anything is sent.
   * @throws {OutcomeUnknownError} if it may have arrived and been paid for.
   * @example
   * const { taskid } = await client.submit("seedreamv5", { prompt: "a red fox in fresh snow", batchsize: 2 });
   */
  submit<M extends Model>(model: M, input: ModelInput<M>, options?: CallOptions): Promise<Submission>;
  /**
   * Reads a task once; temporary failures are retried.
   *
   * @example
   * const { status, urls } = await client.status(taskid);
   */
  status(taskid: string, options?: CallOptions): Promise<Task>;
  /**
   * Yields the task whenever its status has changed, until it is completed or failed.
   *
   * @throws {WaitTimeoutError} when the deadline passes; the task is still running.
   * @example
   * for await (const { status } of client.watch(taskid)) console.log(status);
   */
  watch(taskid: string, options?: Omit<WaitOptions, "onStatus">): AsyncGenerator<Task, void, undefined>;
  /**
   * Waits until a task is completed: here, or tomorrow in another process.
   *
   * @throws {TaskFailedError} if the task failed.
   * @throws {WaitTimeoutError} when the deadline passes; the task is still running.
   * @example
   * const task = await client.wait(taskid, { timeoutMs: 60_000 });
   */
  wait(taskid: string, options?: WaitOptions): Promise<Task>;
  /**
   * The openapi-fetch client underneath, as `createApi` creates it: adds the key, encodes forms and refuses redirects.
   *
   * Here nothing is validated before it is sent, nothing is retried, and responses are yours to judge.
   */
  api: Api;
  /** Base URL of the service, without anything secret. */
  readonly service: string;
  /** How this client's results are fetched: pass the client itself to `saveImages` or `downloadImage`. */
  readonly results: ResultAccess;
  /** Milliseconds until a submit is given up; keeping records of submits depends on it. */
  readonly submitTimeoutMs: number;
}

/**
 * Creates a client.
 *
 * @throws {ConfigurationError} There is no key, or an option is invalid.
 * @example
 * const client = createClient(); // the key is in TENSORSLAB_API_KEY
 */
export function createClient(options: ClientOptions = {}): Client {
  const settings = resolveOptions(options);
  const facade = createFacade(settings);
  const call = createCall(facade);

  async function submit<M extends Model>(
    model: M,
    input: ModelInput<M>,
    options: CallOptions = {},
  ): Promise<Submission> {
    checkCallOptions(options);
    if (!Object.hasOwn(models, model)) {
      const known = Object.keys(models);
      const meant = didYouMean(String(model), known) || ` Available: ${known.join(", ")}`;
      throw new ConfigurationError(`Unknown model \`${String(model)}\`.${meant}`);
    }
    const data = await call(models[model], input, {
      signal: options.signal,
      timeoutMs: options.timeoutMs ?? settings.submitTimeoutMs,
      retries: settings.submitRetries,
      mayRetry: isSafeToResubmit,
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

  /** A wait retries by polling again, and only a read that is under way has a deadline and a signal of its own. */
  const readInTime: ReadTask = (taskid, deadline, signal) => {
    const remainingMs = deadline - performance.now();
    if (remainingMs > settings.statusTimeoutMs) return read(taskid, { signal }, 0);
    return withDeadline(remainingMs, signal, (ending) => read(taskid, { signal: ending.signal }, 0));
  };
  const poll = limitWork(readInTime, settings.maxConcurrentPolls);

  function watch(taskid: string, options: WaitOptions = {}): AsyncGenerator<Task, void, undefined> {
    return watchTask(follow(taskid, poll, options));
  }

  function wait(taskid: string, options: WaitOptions = {}): Promise<Task> {
    return waitForTask(follow(taskid, poll, options));
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
    const task: Task = { ...submission, status: "completed", width: undefined, height: undefined };
    if (options.onStatus) await callBack("onStatus", taskid, () => options.onStatus?.(task));
    return task;
  }

  const { fetch, allowPrivateResults, submitTimeoutMs } = settings;
  const results: ResultAccess = { fetch, allowPrivateResults };
  const service = settings.baseUrl.href;
  return { api: facade.api, service, results, submitTimeoutMs, submit, status, watch, wait, generate };
}
