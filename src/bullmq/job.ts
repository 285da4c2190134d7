import { isAbsolute, relative, resolve } from "node:path";
import { models, operations } from "../../generated/operations.js";
import { ConfigurationError, InvalidInputError } from "../index.js";
import type { FileInput, InputIssue, Model, ModelInput } from "../index.js";

/** The fields of a model as a queue keeps them: each file is the path of one in the shared folder. */
export type JobInput<M extends Model> = {
  [Field in keyof ModelInput<M>]: WithPaths<ModelInput<M>[Field]>;
};

type WithPaths<Value> = Value extends FileInput
  ? string
  : Value extends readonly (infer Item)[]
    ? readonly WithPaths<Item>[]
    : Value;

/** The data of a job. It holds no state of the generation: that is in the record, which outlives the job. */
export interface ImageJob<M extends Model = Model> {
  /** The model to submit to. */
  model: M;
  /** Its fields. */
  input: JobInput<M>;
  /** Names the generation in the record store: jobs with the same key are paid for once. 1 to 255 characters. */
  idempotencyKey: string;
  /**
   * The attempt that may be submitted again although its outcome is unknown, or its task failed: it may be paid for twice.
   * The error of such a job says which number to write here. @default none
   */
  resubmitAttempt?: number | undefined;
}

/** Options of a job. */
export interface ImageJobOptions {
  /** A folder that every worker sees at this same path; files are named relative to it. @default no files */
  sharedFolder?: string | undefined;
}

/** A job as `queue.addBulk` takes it. */
export interface QueuedImageJob<M extends Model = Model> {
  /** Name of the job: the model's. */
  name: M;
  /** Its data. */
  data: ImageJob<M>;
  /** Its options. */
  opts: {
    /** Identifies the job in its queue: made of the key, so that BullMQ adds a job that is still there only once. */
    jobId: string;
    /** Its place among jobs that were not submitted yet: the lower, the sooner. Tasks under way have 0. */
    priority: number;
  };
}

/**
 * Makes a job for `queue.add` or `queue.addBulk`, and refuses one that a worker could not do.
 *
 * Bytes are refused, so that they never enter the queue; files too, unless `sharedFolder` is given. Fields are validated by
 * the worker, before it submits.
 *
 * @throws {InvalidInputError} The job holds bytes, or a file that is not in the shared folder.
 * @throws {ConfigurationError} The model is unknown, or the key is not text of 1 to 255 characters.
 * @example
 * import { createImageJob } from "tensorslab-images/bullmq";
 *
 * const job = createImageJob({ model: "seedreamv5", input: { prompt: "a red fox" }, idempotencyKey: "order-1234" });
 * console.log(job.opts.jobId); // image-order-1234; add it with queue.addBulk([job])
 */
export function createImageJob<M extends Model>(
  job: ImageJob<M>,
  { sharedFolder }: ImageJobOptions = {},
): QueuedImageJob<M> {
  const data = readJob<M>(job, sharedFolder);
  return {
    name: data.model,
    data,
    opts: { jobId: `image-${encodeURIComponent(data.idempotencyKey)}`, priority: 1 },
  };
}

/** Validates the data of a job, which anyone with access to the queue can write. */
export function readJob<M extends Model>(data: unknown, sharedFolder: string | undefined): ImageJob<M> {
  const { model, input, idempotencyKey, resubmitAttempt } = Object(data) as Partial<ImageJob<M>>;
  if (typeof model !== "string" || !Object.hasOwn(models, model)) {
    throw new ConfigurationError(`The job's \`model\` must be one of: ${Object.keys(models).join(", ")}`);
  }
  // As for every idempotency key; no lone surrogates either, which have no bytes.
  if (
    typeof idempotencyKey !== "string" ||
    !/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(idempotencyKey) ||
    idempotencyKey.length > 255
  ) {
    const rule = "text of 1 to 255 characters, none of them a control character";
    throw new ConfigurationError(`The job's \`idempotencyKey\` must be ${rule}`);
  }
  if (resubmitAttempt !== undefined && !(Number.isSafeInteger(resubmitAttempt) && resubmitAttempt > 0)) {
    throw new ConfigurationError("The job's `resubmitAttempt` must be a whole number above 0");
  }
  if (!isObject(input))
    throw new ConfigurationError("The job's `input` must be an object with the model's fields");
  const issues = Object.entries(input).flatMap(([name, value]) => issuesOf(name, value, model, sharedFolder));
  if (issues.length > 0) throw new InvalidInputError(issues);
  return { model, input, idempotencyKey, ...(resubmitAttempt !== undefined && { resubmitAttempt }) };
}

const isObject = (value: unknown): value is Record<string, unknown> & JobInput<never> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && isPlain(value);

const isPlain = (value: object): boolean =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as typeof Object.prototype | null);

/** The fields of a model that take files, and the one that takes the URL of a file, if it has one. */
export function filesOf(model: Model): { files: string[]; address: string | undefined } {
  const { parts = {}, roles = {} }: Form = operations[models[model]];
  const files = Object.keys(parts).filter((name) => parts[name]!.type === "file");
  return { files, address: roles.address };
}

interface Form {
  parts?: Readonly<Record<string, { readonly type: string }>>;
  roles?: Readonly<Record<string, string>>;
}

function issuesOf(
  name: string,
  value: unknown,
  model: Model,
  sharedFolder: string | undefined,
): InputIssue[] {
  const { files, address } = filesOf(model);
  const orUrl = address === undefined ? "" : `, or give its URL in \`${address}\``;
  if (holdsBytes(value)) {
    const message = `must not be bytes, which do not belong into a queue: save it in a folder that all workers see, and give its path${orUrl}`;
    return [{ path: name, message }];
  }
  if (!files.includes(name) || value === undefined || value === null) return [];
  return [value].flat().flatMap((path: unknown, index): InputIssue[] => {
    const fault = faultOfPath(path, sharedFolder, address);
    return fault === undefined
      ? []
      : [{ path: Array.isArray(value) ? `${name}[${index}]` : name, message: fault }];
  });
}

/** Whether a value contains something that JSON cannot represent, or represents as something else. */
function holdsBytes(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsBytes);
  return !isPlain(value) || Object.values(value).some(holdsBytes);
}

function faultOfPath(
  path: unknown,
  sharedFolder: string | undefined,
  address: string | undefined,
): string | undefined {
  if (typeof path !== "string" || path === "") {
    return "must be the path of a file in the folder that all workers see";
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    return address === undefined ? "must be a path, not a URL" : `is a URL: give it in \`${address}\``;
  }
  if (sharedFolder === undefined) {
    const orUrl = address === undefined ? "" : `, or give a URL in \`${address}\``;
    return `is a file of one machine: set \`sharedFolder\` to a folder that all workers see at the same path${orUrl}`;
  }
  return isInside(sharedFolder, resolve(sharedFolder, path))
    ? undefined
    : `must be a file in the shared folder ${sharedFolder}`;
}

/** Whether a path is inside a folder, according to the path alone. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !/^\.\.(?:[\\/]|$)/.test(way) && !isAbsolute(way);
}
