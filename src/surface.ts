import type { Api } from "./api.js";
import type { CallOptions, GenerateOptions, WaitOptions } from "./call-options.js";
import type { Model, ModelInput, Submission, Task } from "./models.js";

/** A client of the service; `createClient` makes one. */
export interface Client {
  /**
   * Submits, and waits until the images are finished.
   *
   * @throws whatever `submit` and `wait` throw.
   * @example
   * const task = await client.generate("seedreamv5", { prompt: "a red fox in fresh snow" });
   * console.log(task.urls);
   */
  generate<M extends Model>(model: M, input: ModelInput<M>, options?: GenerateOptions): Promise<Task>;
  /**
   * Asks for images, once: it is sent again only if nothing reached the service, or it said 429.
   *
   * @throws {InvalidInputError} before anything is sent.
   * @throws {OutcomeUnknownError} if it may have arrived and been paid for.
   * @example
   * const { taskid } = await client.submit("seedreamv5", { prompt: "a red fox in fresh snow", batchsize: 2 });
   */
  submit<M extends Model>(model: M, input: ModelInput<M>, options?: CallOptions): Promise<Submission>;
  /**
   * Reads a task once; failures that may pass are retried.
   *
   * @example
   * const { status, urls } = await client.status(taskid);
   */
  status(taskid: string, options?: CallOptions): Promise<Task>;
  /**
   * Yields the task whenever its status has changed, until it is completed or failed.
   *
   * @throws {WaitTimeoutError} when the deadline passes; the task goes on.
   * @example
   * for await (const { status } of client.watch(taskid)) console.log(status);
   */
  watch(taskid: string, options?: Omit<WaitOptions, "onStatus">): AsyncGenerator<Task, void, undefined>;
  /**
   * Waits until a task is completed: here, or tomorrow in another process.
   *
   * @throws {TaskFailedError} if the task failed.
   * @throws {WaitTimeoutError} when the deadline passes; the task goes on.
   * @example
   * const task = await client.wait(taskid, { timeoutMs: 60_000 });
   */
  wait(taskid: string, options?: WaitOptions): Promise<Task>;
  /**
   * The openapi-fetch client underneath: adds the key, encodes forms and refuses redirects, and nothing else.
   *
   * Here nothing is checked before it is sent, nothing is retried, and what the service answers is yours to judge.
   */
  api: Api;
}
