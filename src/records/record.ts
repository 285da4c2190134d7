import { models } from "../../generated/operations.js";
import { imageCount } from "../reliability/image-count.js";
import type { Model } from "../types.js";
import { escapeText, isPlainText } from "../reliability/plain-text.js";
import { RecordError } from "./errors.js";
import type { RecordStore } from "./store.js";

/**
 * Every {@link RecordState}.
 *
 * @example
 * console.log(recordStates.join(", "));
 */
export const recordStates = [
  "intent",
  "not-sent",
  "rejected",
  "unknown",
  "accepted",
  "completed",
  "failed",
  "saved",
] as const;

/**
 * Progress of a generation.
 *
 * - `intent`: about to be submitted, or being submitted; once `expiresAt` has passed, the outcome is unknown.
 * - `not-sent`, `rejected`: nothing was paid, so it may be submitted again.
 * - `unknown`: it may have been paid for, so it is not submitted again.
 * - `accepted`: there is a task.
 * - `completed`: the task has its images; not all of them are saved yet.
 * - `failed`: the task failed.
 * - `saved`: every image is on disk.
 */
export type RecordState = (typeof recordStates)[number];

/** The state of one generation, as it is stored. The API key is never in it. Times are in UTC, as `2026-01-31T12:00:00.000Z`. */
export interface GenerationRecord {
  /** 2; or 1, if it was read from a file of this package's first version. It is written as 2. */
  version: 1 | 2;
  /** The idempotency key. */
  id: string;
  /** The service that was asked, as `client.service`. */
  service: string;
  /** The model that was asked. */
  model: string;
  /** The fields, with their names on the wire; each file as what identifies it. */
  input: Record<string, unknown>;
  /** The caller's digest of the input, if there is one. */
  inputDigest?: string | undefined;
  /** Number of images that the input asks for. */
  images: number;
  /** Counts the submits, from 1. */
  attempt: number;
  /** Its progress. */
  state: RecordState;
  /** Until when an `intent` may be under way. */
  expiresAt?: string | undefined;
  /** The task, once there is one. */
  taskid?: string | undefined;
  /** When the task was found to be completed; URLs of images expire. */
  completedAt?: string | undefined;
  /** Names of the images that were saved, in the record's folder. */
  files: string[];
  /** The last failure; absent once it is overcome. */
  error?:
    | {
        /** Code of the error, if it was one of this package. */
        code?: string | undefined;
        /** Its message. */
        message: string;
      }
    | undefined;
  /** When the record was first written. */
  createdAt: string;
  /** When it was last written. */
  updatedAt: string;
}

const newestVersion = 2;

/** An intent of the first version did not say when it expires: the submit's deadline then, and half a minute. */
const firstVersionIntentMs = 210_000;

/**
 * Reads a record and validates it; undefined if there is none.
 *
 * @throws {RecordError} It is damaged, or is of a newer version than this one can read.
 * @example
 * const record = await readRecord(records, "order-1234");
 * console.log(record?.state, record?.taskid);
 */
export async function readRecord(records: RecordStore, id: string): Promise<GenerationRecord | undefined> {
  const stored = await records.read(id);
  return stored === undefined || stored === null ? undefined : parseRecord(stored, id);
}

/** Validates what a store holds: a record may have been damaged, or written by somebody else. */
function parseRecord(stored: unknown, id: string): GenerationRecord {
  const refuse = (reason: string): never => {
    throw new RecordError(`The record ${escapeText(JSON.stringify(id))} cannot be used: ${reason}`);
  };
  if (!isObject(stored)) return refuse("it is not an object");
  const { version } = stored;
  if (typeof version === "number" && version > newestVersion) {
    return refuse(
      `it is of version ${version}, and this program reads up to ${newestVersion}: update the program`,
    );
  }
  const record = version === 1 ? upgrade(stored) : stored;
  const fault = version === 1 || version === newestVersion ? faultOf(record, id) : "`version` must be 1 or 2";
  if (fault) return refuse(fault);
  const valid = record as unknown as GenerationRecord;
  const error = valid.error && {
    ...valid.error,
    ...(valid.error.code !== undefined && { code: escapeText(valid.error.code) }),
    message: escapeText(valid.error.message),
  };
  return Object.fromEntries(
    (["version", ...Object.keys(rules)] as (keyof GenerationRecord)[]).flatMap((name) => {
      const value = name === "error" ? error : valid[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ) as unknown as GenerationRecord;
}

/** The first version had no attempts, no number of images and no times beside two. */
function upgrade(first: Record<string, unknown>): Record<string, unknown> {
  const updatedMs = Date.parse(String(first.updatedAt));
  const isIntent = first.state === "intent" && !Number.isNaN(updatedMs);
  return {
    ...first,
    attempt: 1,
    images: countImages(first),
    ...(isIntent && { expiresAt: new Date(updatedMs + firstVersionIntentMs).toISOString() }),
    ...(first.state === "completed" && { completedAt: first.updatedAt }),
  };
}

/** Number of images that a record of the first version asks for, by its input. */
function countImages({ model, input }: Record<string, unknown>): number {
  if (typeof model !== "string" || !Object.hasOwn(models, model)) return 1;
  const images = imageCount(model as Model, Object(input) as never);
  return count.isFit(images) ? images : 1;
}

/** Says what is wrong with a record; undefined if nothing is. */
function faultOf(record: Record<string, unknown>, id: string): string | undefined {
  if (record.id !== id) return "`id` must be the key that it is stored under";
  for (const [name, { rule, isFit, required }] of Object.entries(rules)) {
    const value = record[name];
    if (value === undefined ? required : !isFit(value)) return `\`${name}\` must be ${rule}`;
  }
  const { state, taskid, expiresAt } = record as unknown as GenerationRecord;
  const hasTask = ["accepted", "completed", "failed", "saved"].includes(state);
  if (hasTask !== (taskid !== undefined)) return `\`taskid\` contradicts the state \`${state}\``;
  if (state === "intent" && expiresAt === undefined) return "`expiresAt` must be there for an intent";
  return undefined;
}

interface Rule {
  rule: string;
  isFit: (value: unknown) => boolean;
  required: boolean;
}

const isText = (value: unknown): boolean => typeof value === "string" && isPlainText(value);
const text: Omit<Rule, "required"> = { rule: "text without control characters", isFit: isText };
const time: Omit<Rule, "required"> = {
  rule: "a time",
  isFit: (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
};
const count: Omit<Rule, "required"> = {
  rule: "a whole number above 0",
  isFit: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};

// Spread and joined where a bundler sees that a program without records needs none of it.
const rules: Record<Exclude<keyof GenerationRecord, "version">, Rule> = /* @__PURE__ */ (() => ({
  id: { ...text, required: true },
  service: { ...text, required: true },
  model: { ...text, required: true },
  input: { rule: "an object", isFit: isObject, required: true },
  inputDigest: { ...text, required: false },
  images: { ...count, required: true },
  attempt: { ...count, required: true },
  state: {
    rule: `one of ${recordStates.join(", ")}`,
    isFit: (value) => (recordStates as readonly unknown[]).includes(value),
    required: true,
  },
  expiresAt: { ...time, required: false },
  taskid: { ...text, required: false },
  completedAt: { ...time, required: false },
  files: {
    rule: "names of files, without a folder",
    isFit: (value) => Array.isArray(value) && value.every(isFileName),
    required: true,
  },
  error: {
    rule: "an object with a message",
    isFit: (value) =>
      isObject(value) &&
      typeof value.message === "string" &&
      (value.code === undefined || typeof value.code === "string"),
    required: false,
  },
  createdAt: { ...time, required: true },
  updatedAt: { ...time, required: true },
}))();

/** A name that stays in its folder on every system, and is no hidden file, stream or device. */
function isFileName(name: unknown): boolean {
  return typeof name === "string" && isPlainText(name) && /^[^./\\:][^/\\:]*$/.test(name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
