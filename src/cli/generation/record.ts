import type { Model } from "../../index.js";
import type { WrittenInput } from "../input/written-input.js";

/**
 * How far a generation is.
 *
 * - `intent`: about to be submitted, or being submitted; if no process is at it any more, the outcome is unknown.
 * - `not-sent`, `rejected`: nothing was paid, so it may be submitted again.
 * - `unknown`: it may have been paid for, so it is not submitted again.
 * - `accepted`: there is a task.
 * - `completed`: the task has its images; not all of them are saved yet.
 * - `failed`: the task failed.
 * - `saved`: every image is on disk.
 */
export type RecordState =
  "intent" | "not-sent" | "rejected" | "unknown" | "accepted" | "completed" | "failed" | "saved";

/** What is kept of one generation, beside its images; the API key is never in it. */
export interface GenerationRecord {
  version: 1;
  /** Names the record's file, `<id>.record.json`. */
  id: string;
  /** Which service was asked; `mock` is a mock server that ended with its process. */
  service: string;
  model: Model;
  /** The fields, with their names on the wire; files by path. */
  input: WrittenInput;
  state: RecordState;
  taskid?: string | undefined;
  /** Names of the images that were saved, in the record's folder. */
  files: string[];
  /** What went wrong last; absent once it is overcome. */
  error?: { code: string | undefined; message: string } | undefined;
  /** Times are in UTC, as `2026-01-31T12:00:00.000Z`. */
  createdAt: string;
  updatedAt: string;
}

/** A record of something that is about to be submitted. */
export function newRecord(
  fields: Pick<GenerationRecord, "id" | "service" | "model" | "input">,
): GenerationRecord {
  const now = new Date().toISOString();
  return { version: 1, ...fields, state: "intent", files: [], createdAt: now, updatedAt: now };
}

/** Whether a record's submit proved to have cost nothing. */
export const isUnpaid = ({ state }: GenerationRecord): boolean =>
  state === "not-sent" || state === "rejected";

/** Whether nobody can tell what became of a record's submit. */
export const isUnknown = ({ state }: GenerationRecord): boolean => state === "intent" || state === "unknown";
