import { RecordError } from "../index.js";
import type { GenerationRecord } from "../index.js";
import { explainReadFailure } from "./file-failure.js";
import { NotAFile, readRegularFile } from "./read-regular-file.js";
import { appendToFile, replaceFile } from "./replace-file.js";
import type { WriteOptions } from "./replace-file.js";

/** The states in a record's file: a line each, of which the newest counts; or one object over many lines. */
export interface RecordFile {
  /** The newest state, as it was found. */
  record: Partial<GenerationRecord>;
  /** Whether the file is whole lines, so that another can be appended. */
  takesLines: boolean;
}

/**
 * Reads the file of a record; undefined if there is none.
 *
 * @throws {RecordError} It cannot be read, or is damaged.
 */
export async function readRecordFile(path: string): Promise<RecordFile | undefined> {
  const text = await readRegularFile(path).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    const reason = cause instanceof NotAFile ? "(it is not a regular file)" : await explainReadFailure(cause);
    throw new RecordError(`The record ${path} cannot be read ${reason}`, { cause });
  });
  if (text === undefined) return undefined;
  const found = parse(text);
  if (found) return found;
  throw new RecordError(`The record ${path} is not a JSON object, or only the beginning of one`);
}

/**
 * Writes the state of a record: as one more line, or in a new file.
 *
 * @param found What the file holds, if it is there.
 * @returns Whether the file is a new one, whose name is not on the disk yet.
 */
export async function writeRecordFile(
  path: string,
  record: GenerationRecord,
  found: RecordFile | undefined,
  options: WriteOptions,
): Promise<boolean> {
  const line = toLine(record);
  // A disk that fails once loses what it was given: then everything is written anew, and a half line goes with that.
  if (found?.takesLines && (await appendToFile(path, line, options))) return false;
  await replaceFile(path, line, options);
  return true;
}

/** The state of a record as it stands in its file. */
export const toLine = (record: GenerationRecord): string => `${JSON.stringify(record)}\n`;

function parse(text: string): RecordFile | undefined {
  const lines = text.split("\n");
  const rest = parseObject(lines.pop()!); // Undefined if it was not written to its end, which its writer was told.
  const states = lines.filter((line) => line.trim() !== "").map(parseObject);
  if (states[0] === undefined) {
    const record = parseObject(text);
    return record && { record, takesLines: false };
  }
  if (rest) states.push(rest);
  let newest = states[0];
  for (const state of states) {
    if (state === undefined) return undefined;
    if (!isOlder(state, newest)) newest = state;
  }
  return { record: newest, takesLines: text.endsWith("\n") };
}

/** A late write of an earlier attempt counts for nothing; nor does one by an earlier version of this package. */
function isOlder(state: Partial<GenerationRecord>, than: Partial<GenerationRecord>): boolean {
  const [version, thanVersion] = [state.version ?? 0, than.version ?? 0];
  return version < thanVersion || (version === thanVersion && (state.attempt ?? 1) < (than.attempt ?? 1));
}

function parseObject(text: string): Partial<GenerationRecord> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
