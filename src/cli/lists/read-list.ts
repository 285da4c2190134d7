import { open, stat } from "node:fs/promises";
import { extname } from "node:path";
import { UsageError } from "../exit-status.js";
import type { WrittenInput } from "../input/written-input.js";
import type { ModelFields } from "../input/models.js";
import type { Job } from "../batch/job.js";
import { readCsv } from "./table.js";
import { readJsonLines } from "./json.js";

/** One row of a list of jobs, as it stands there. */
export interface WrittenRow {
  /** Where it begins, from 1. */
  line: number;
  fields: WrittenInput;
}

/** Something that is wrong with a row, or with the list. */
export interface Fault {
  line: number;
  path: string;
  message: string;
}

/** A list ends with its first row that cannot even be read, if there is one. */
export type ReadRows = (path: string, model: ModelFields) => AsyncGenerator<WrittenRow | Fault, void>;

export const isFault = (row: WrittenRow | Job | Fault): row is Fault => "message" in row;

const readers: Record<string, ReadRows> = {
  ".jsonl": readJsonLines,
  ".ndjson": readJsonLines,
  ".csv": readCsv,
};

/**
 * Chooses how a list is read by the end of its name. Lists are read twice: checked whole, then carried out.
 *
 * @throws {UsageError} There is no such file, or it is of no known kind.
 */
export async function findReader(path: string): Promise<ReadRows> {
  const refuse = (cause: NodeJS.ErrnoException): never => {
    throw new UsageError(
      `The list ${path} cannot be read (${cause.code}); check the path and its permissions`,
      { cause },
    );
  };
  const found = await stat(path).catch(refuse);
  if (!found.isFile()) {
    throw new UsageError(`${path} is no regular file; it is read twice, so save the list to a file first`);
  }
  await (await open(path).catch(refuse)).close();
  const reader = readers[extname(path).toLowerCase()];
  if (reader) return reader;
  throw new UsageError(`${path} must end in ${Object.keys(readers).join(", ")}, which says how to read it`);
}
