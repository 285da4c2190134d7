import { fields, models, operations, statusOperation } from "../generated/operations.js";
import { createFacade } from "./api/create-api.js";
import type { Api } from "./api/create-api.js";
import type { ResultAccess } from "./download/index.js";
import { InvalidInputError } from "./errors.js";
import { checkCallOptions, resolveOptions } from "./options.js";
import type { CallOptions, ClientOptions, GenerateOptions, WaitOptions } from "./options.js";
import { withDeadline } from "./reliability/abort.js";
import { warnAbout } from "./reliability/advice.js";
import { createCall } from "./reliability/call.js";
import { createExchange } from "./reliability/exchange.js";
import { findType } from "./reliability/files.js";
import { imageCount } from "./reliability/image-count.js";
import { createObserve } from "./reliability/instrument.js";
import type { InstrumentedOperation } from "./reliability/instrument.js";
import { createRedactor } from "./reliability/redact.js";
import { limitWork } from "./reliability/poll-limit.js";
import { toSubmission, toTask } from "./reliability/response.js";
import { isSafeToResubmit, isTransient } from "./reliability/retry.js";
import { streamPieces } from "./reliability/on-servers.js";
import { submitOperation } from "./reliability/submit-operation.js";
import { callBack, startWatching, waitForTask, watchTask } from "./reliability/wait.js";
import type { ReadTask } from "./reliability/wait.js";
import type { Model, ModelInput, Submission, Task, TaskReference } from "./types.js";

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
  status(task: TaskReference, options?: CallOptions): Promise<Task>;
  /**
   * Yields the task whenever its status has changed, until it is completed or failed.
   *
   * @throws {WaitTimeoutError} when the deadline passes; the task is still running.
   * @example
   * for await (const { status } of client.watch(taskid)) console.log(status);
   */
  watch(task: TaskReference, options?: Omit<WaitOptions, "onStatus">): AsyncGenerator<Task, void, undefined>;
  /**
   * Waits until a task is completed: here, or tomorrow in another process.
   *
   * @throws {TaskFailedError} if the task failed.
   * @throws {WaitTimeoutError} when the deadline passes; the task is still running.
   * @example
   * const task = await client.wait(taskid, { timeoutMs: 60_000 });
   */
  wait(task: TaskReference, options?: WaitOptions): Promise<Task>;
  /**
   * The openapi-fetch client underneath, as `createApi` creates it: adds the key, encodes forms and refuses redirects.
   *
   * Here nothing is validated before it is sent, nothing is retried, and responses are yours to validate.
   */
  api: Api;
  /** Base URL of the service, without anything secret. */
  readonly service: string;
  /** Access to this client's results: pass the client itself to `saveImages` or `downloadImage`. */
  readonly results: ResultAccess;
  /** Milliseconds until a submit is given up; keeping records of submits depends on it. */
  readonly submitTimeoutMs: number;
  /**
   * Checks that there is a key and a base URL, and sends nothing: for a server that starts, or a deploy.
   *
   * @throws {ConfigurationError} There is no key, or it cannot be sent.
   * @example
   * await client.ready();
   */
  ready(): Promise<void>;
}

/**
 * Creates a client.
 *
 * A key that comes from the environment is read for each request, so that a module can create a client where there is no
 * key yet, as in a build; `ready` checks it.
 *
 * @throws {ConfigurationError} An option is invalid.
 * @example
 * const client = createClient(); // the key is in TENSORSLAB_API_KEY
 */
export function createClient(options: ClientOptions = {}): Client {
  const settings = resolveOptions(options);
  const { remember, redact } = createRedactor();
  const facade = createFacade(settings, {
    exchange: createExchange(redact),
    files: { joinPieces: streamPieces, findType },
    noteKey: remember,
  });
  const call = createCall(facade, redact, settings.fetch, settings.apiKey === null);
  const { instrumentation, onWarning } = settings;
  const observe = createObserve(instrumentation);

  async function submit<M extends Model>(
    model: M,
    input: ModelInput<M>,
    options: CallOptions = {},
  ): Promise<Submission> {
    checkCallOptions(options);
    const name = submitOperation(model);
    return observe({ name: "submit", ...aboutInput(model, input) }, async (operation) => {
      const requested = imageCount(model, input); // now: the input is the caller's, and may change
      const data = await call(name, input, {
        signal: options.signal,
        timeoutMs: options.timeoutMs ?? settings.submitTimeoutMs,
        retries: settings.submitRetries,
        mayRetry: isSafeToResubmit,
        beforeSending: onWarning && ((fields) => warnAbout(model, fields, onWarning)),
        operation,
      });
      const submission = toSubmission(data, requested);
      operation.taskid = submission.taskid;
      operation.outcome = "accepted";
      return submission;
    });
  }

  /** The part of an input that an instrumentation may know. */
  function aboutInput<M extends Model>(model: M, input: ModelInput<M>) {
    const prompt = instrumentation?.includePrompt ? promptOf(model, input) : undefined;
    return { model, prompt, requested: imageCount(model, input), attempts: 0 };
  }

  const noteImages = (operation: InstrumentedOperation, task: Task): Task => {
    operation.taskid = task.taskid;
    operation.received = task.urls.length;
    operation.outcome = "accepted";
    return task;
  };

  async function read(taskid: string, { signal, timeoutMs }: CallOptions, retries: number): Promise<Task> {
    return observe({ name: "poll", taskid, attempts: 0 }, async (operation) => {
      const policy = {
        taskid,
        signal,
        timeoutMs: timeoutMs ?? settings.statusTimeoutMs,
        retries,
        mayRetry: isTransient,
        operation,
      };
      return noteImages(operation, toTask(await call(statusOperation, { [fields.taskid]: taskid }, policy)));
    });
  }

  async function status(reference: TaskReference, options: CallOptions = {}): Promise<Task> {
    const { taskid, requested } = resolveReference(reference);
    checkCallOptions(options, taskid);
    return { ...(await read(taskid, options, settings.statusRetries)), requested };
  }

  /** A wait retries by polling again, and only a read that is under way has a deadline and a signal of its own. */
  const readInTime: ReadTask = (taskid, deadline, signal) => {
    const remainingMs = deadline - performance.now();
    if (remainingMs > settings.statusTimeoutMs) return read(taskid, { signal }, 0);
    return withDeadline(remainingMs, signal, (ending) => read(taskid, { signal: ending.signal }, 0));
  };
  const poll = limitWork(readInTime, settings.maxConcurrentPolls);

  async function* watch(
    reference: TaskReference,
    options: WaitOptions = {},
  ): AsyncGenerator<Task, void, undefined> {
    yield* watchTask(startWatching(resolveReference(reference), poll, options));
  }

  async function wait(reference: TaskReference, options: WaitOptions = {}): Promise<Task> {
    const { taskid, requested } = resolveReference(reference);
    return observe({ name: "wait", taskid, requested, attempts: 0 }, async (operation) =>
      noteImages(operation, await waitForTask(startWatching({ taskid, requested }, poll, options))),
    );
  }

  async function generate<M extends Model>(
    model: M,
    input: ModelInput<M>,
    { onSubmitted, ...options }: GenerateOptions = {},
  ): Promise<Task> {
    checkCallOptions({ onSubmitted, ...options }); // before anything is paid for
    return observe({ name: "generate", ...aboutInput(model, input) }, async (operation) =>
      noteImages(operation, await submitAndWait(model, input, { onSubmitted, ...options })),
    );
  }

  async function submitAndWait<M extends Model>(
    model: M,
    input: ModelInput<M>,
    { onSubmitted, ...options }: GenerateOptions,
  ): Promise<Task> {
    const submission = await submit(model, input, { signal: options.signal });
    const watched = startWatching({ ...submission, isNew: true }, poll, options);
    if (onSubmitted) await callBack("onSubmitted", watched, () => onSubmitted(submission));
    if (submission.urls.length < submission.requested) return waitForTask(watched);
    const task: Task = { ...submission, status: "completed", width: undefined, height: undefined };
    const { onStatus } = options;
    if (onStatus) await callBack("onStatus", watched, () => onStatus(task));
    return task;
  }

  const { fetch, allowPrivateResults, submitTimeoutMs } = settings;
  return {
    api: facade.api,
    get service() {
      return facade.baseUrl().href;
    },
    results: { fetch, allowPrivateResults, instrumentation },
    submitTimeoutMs,
    async ready() {
      facade.baseUrl();
      await facade.authenticate();
    },
    submit,
    status,
    watch,
    wait,
    generate,
  };
}

function promptOf<M extends Model>(model: M, input: ModelInput<M>): string | undefined {
  const { roles } = operations[models[model]] as { roles?: { prompt?: string } };
  const prompt = roles?.prompt && (input as Record<string, unknown> | undefined)?.[roles.prompt];
  return typeof prompt === "string" ? prompt : undefined;
}

/**
 * A task's id and, if the reference has it, how many images were asked for.
 *
 * @throws {InvalidInputError} without an outcome: a read says nothing of any submit.
 */
function resolveReference(reference: TaskReference): { taskid: string; requested: number | undefined } {
  const { taskid, requested } =
    typeof reference === "string"
      ? { taskid: reference }
      : (Object(reference) as Exclude<TaskReference, string>);
  if (typeof taskid === "string" && taskid !== "") return { taskid, requested };
  const message =
    "must be a task id, or a Submission or Task that has one; a missing `await` may be the cause";
  throw new InvalidInputError([{ path: fields.taskid, message }], { outcome: undefined });
}
