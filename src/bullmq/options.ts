import { resolve } from "node:path";
import { ConfigurationError } from "../index.js";
import type { Client, RecordStore, Task } from "../index.js";

/** A BullMQ queue, as far as it is used here: pass a `Queue` of the name that the worker has. */
export interface ImageQueue {
  /** Stops all workers from taking jobs. */
  pause(): Promise<unknown>;
  /** Stops all workers from taking jobs for a while. */
  rateLimit(expireTimeMs: number): Promise<unknown>;
  /** Returns the limit that holds for all workers together. */
  getGlobalRateLimit(): Promise<unknown>;
  /** Sets the limit that holds for all workers together. */
  setGlobalRateLimit(max: number, duration: number): Promise<unknown>;
  /** Returns a job. */
  getJob(id: string): Promise<QueuedJob | undefined>;
}

/** A job as its queue has it. */
export interface QueuedJob {
  /** Changes its priority: 0 is before all others. */
  changePriority(options: {
    /** The lower, the sooner. */
    priority: number;
  }): Promise<unknown>;
}

/** A job of BullMQ, as far as it is used here, also in a sandbox. */
export interface QueueJob {
  /** The job's id. */
  id?: string | undefined;
  /** An `ImageJob`; it is validated. */
  data: unknown;
  /** The progress that was reported last. */
  progress?: unknown;
  /** Reports its progress. */
  updateProgress(progress: ImageProgress): Promise<unknown>;
  /** Returns it to the queue until a time. */
  moveToDelayed(timestamp: number, token?: string): Promise<unknown>;
}

/** The progress of a job, as in `job.progress` and the event `progress`. */
export interface ImageProgress {
  /**
   * - `accepted`: the task is running.
   * - `completed`: the images are being given to `onCompleted`.
   * - `delayed`: nothing is wrong with the job; it is tried again later, for the `reason`.
   * - `paused`: the queue was paused for the `reason`.
   */
  state: "accepted" | "completed" | "delayed" | "paused";
  /** The task, once there is one. */
  taskid?: string;
  /** The images of a completed task: fewer than were asked for is possible. */
  images?: {
    /** Number of images that were asked for. */
    requested: number;
    /** Number of images that the task has. */
    received: number;
  };
  /** Why it was delayed or paused. */
  reason?: string;
}

/** Options of a processor. */
export interface ProcessorOptions<Result> {
  /** Submits and reads tasks. */
  client: Client;
  /** Where records are kept that all workers share, such as `createPostgresStore` creates it. */
  records: RecordStore;
  /** The queue that the jobs come from: to pause it, and to slow down all its workers. */
  queue: ImageQueue;
  /**
   * Puts the images where they belong, such as `(task) => saveImages(task, "images", { client })`. What it returns, as
   * JSON, is the job's result.
   *
   * It may be called again for the same task, after a crash or an error of its own, so a repeated call must do no harm. The signal
   * is that of `worker.cancelJob`.
   */
  onCompleted: (task: Task, job: QueueJob, signal: AbortSignal | undefined) => Result | Promise<Result>;
  /** A folder that every worker sees at this same path: jobs may name files in it. @default files are refused */
  sharedFolder?: string | undefined;
  /** Called after the queue was paused, with the reason: for an alert. @default none */
  onPaused?: ((error: Error) => void | Promise<void>) | undefined;
}

const known = ["client", "records", "queue", "onCompleted", "sharedFolder", "onPaused"];

const methodsOfQueue: readonly (keyof ImageQueue)[] = [
  "pause",
  "rateLimit",
  "getGlobalRateLimit",
  "setGlobalRateLimit",
  "getJob",
];

/** Refuses options that are misspelt or of the wrong kind, before any job is taken. */
export function checkOptions<Result>(options: ProcessorOptions<Result>): ProcessorOptions<Result> {
  const refuse = (rule: string): never => {
    throw new ConfigurationError(`createProcessor: ${rule}`);
  };
  const unknown = Object.keys(Object(options)).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    refuse(`Unknown option \`${unknown}\`. The options are ${known.map((name) => `\`${name}\``).join(", ")}`);
  }
  const has = (value: unknown, ...methods: string[]) =>
    methods.every((name) => typeof Object(value)[name] === "function");
  const { client, records, queue, onCompleted, sharedFolder, onPaused } = Object(options) as Partial<
    ProcessorOptions<Result>
  >;
  if (!has(client, "submit", "status"))
    refuse("`client` must be a client, such as `createClient()` returns it");
  if (!has(records, "read", "write", "claim")) {
    refuse("`records` must be a RecordStore, such as `createPostgresStore(pool)` returns it");
  }
  if (!has(queue, ...methodsOfQueue)) {
    refuse("`queue` must be a BullMQ Queue of the worker's name");
  }
  if (typeof onCompleted !== "function") refuse("`onCompleted` must be a function that keeps the images");
  if (onPaused !== undefined && typeof onPaused !== "function") refuse("`onPaused` must be a function");
  if (sharedFolder === undefined) return options;
  if (typeof sharedFolder !== "string" || sharedFolder === "")
    refuse("`sharedFolder` must be the path of a folder");
  return { ...options, sharedFolder: resolve(sharedFolder) };
}
